"""Faults that somebody could make in the switch protocol. Each replaces one function of the model
by one with a small change; the scenarios that stand with it must notice."""
import switch_scenarios as scenarios
from memory import Word
from switch_awaits import Code
from switch_code import NESTED

MUTANTS = []


def noticed_by(*names):
    def register(mutant):
        MUTANTS.append((mutant, [getattr(scenarios, name) for name in names]))
        return mutant
    return register


@noticed_by("Hop")
class BorrowInsteadOfReference(Code):
    """begin_leave() leaves the coroutine's context in the thread without a reference to it."""
    def begin_leave(self, strand):
        word = self.word()
        strand.mine = Word(word.node, word.top)
        yield
        word.top = None
        resumer = strand.resumer
        strand.resumer = Word()
        return resumer


@noticed_by("Hop", "HopByTransfer")
class ResumerKeptInFrame(Code):
    """The resumer's word stays in the promise during await_suspend(), and is read afterwards."""
    def begin_leave(self, strand):
        resumer = yield from super().begin_leave(strand)
        strand.resumer = resumer
        return strand

    def end_leave(self, resumer):
        yield
        yield from super().end_leave(resumer.resumer)

    def cancel_leave(self, strand, resumer):
        yield from super().cancel_leave(strand, strand.resumer)


@noticed_by("Hop")
class PromiseReadAfterHandOff(Code):
    """Whether the coroutine is away is noted after await_suspend()."""
    def suspend_in_foreign(self, awaiter, coroutine):
        suspended = yield from super().suspend_in_foreign(awaiter, coroutine)
        yield
        awaiter.absence.is_away = suspended
        return suspended


@noticed_by("Hop")
class ScopesStayWithThread(Code):
    """begin_leave() leaves the thread the coroutine's Scopes."""
    def begin_leave(self, strand):
        word = self.word()
        top = word.top
        resumer = yield from super().begin_leave(strand)
        word.top = top
        return resumer


@noticed_by("Hop")
class ResumerForgottenByEndLeave(Code):
    """end_leave() clears the thread's word instead of giving the resumer's back."""
    def end_leave(self, resumer):
        yield from super().end_leave(Word())


@noticed_by("Hop")
class ResumerForgottenByLeave(Code):
    """leave() clears the thread's word instead of giving the resumer's back."""
    def leave(self, strand):
        strand.mine = yield from self.exchange_word(Word())
        strand.resumer = Word()


@noticed_by("Hop")
class CancelKeepsReference(Code):
    """cancel_leave() does not give up the thread's own reference."""
    def cancel_leave(self, strand, resumer):
        yield from self.exchange_word(strand.mine)
        strand.mine = Word()
        strand.resumer = resumer


@noticed_by("Hop")
class AbsenceForgotten(Code):
    """A coroutine that is destroyed where it is suspended unwinds in the destroyer's context."""
    def end_of_absence(self, absence):
        absence.free()
        yield from ()


@noticed_by("Hop")
class UnwindingNotLeft(Code):
    """The promise of an unwound coroutine does not give the destroyer its word back."""
    def end_promise(self, coroutine):
        yield from self.end_strand(coroutine.frame.strand)
        coroutine.frame.free()


@noticed_by("Hop")
class ScopeReleasesFirst(Code):
    """A Scope releases its context before the thread has the one before."""
    def end_scope(self, scope):
        word = self.word()
        yield from self.release_node(word.node)
        yield
        word.node = scope.previous
        word.top = scope.previous_top
        scope.free()


@noticed_by("OneShotCallback")
class BoundaryReleasesFirst(Code):
    """A Boundary releases what is left before the thread has its own context."""
    def end_boundary(self, saved):
        word = self.word()
        yield from self.release_node(word.node)
        yield
        word.node = saved.node
        word.top = saved.top


@noticed_by("OneShotCallback")
class BoundaryForgetsScopes(Code):
    """A Boundary does not give the thread its Scopes back."""
    def end_boundary(self, saved):
        yield from super().end_boundary(Word(saved.node, None))


@noticed_by("OneShotCallback")
class BoundaryForgetsContext(Code):
    """A Boundary does not give the thread its context back."""
    def end_boundary(self, saved):
        word = self.word()
        yield
        word.top = saved.top
        yield from self.release_node(word.node)
        word.node = None


@noticed_by("MisusedScope")
class ScopeTrusts(Code):
    """A Scope restores without looking whether it is the innermost one of the thread."""
    def end_scope(self, scope):
        word = self.word()
        mine = word.node
        yield
        word.node = scope.previous
        word.top = scope.previous_top
        yield from self.release_node(mine)
        scope.free()


@noticed_by("MisusedScope")
class LeftOpenScopeIsRead(Code):
    """The report of a Scope that was left open reads where it was opened."""
    def report_left_open(self, innermost):
        assert innermost.previous or True
        super().report_left_open(innermost)


@noticed_by("Hop", "AwaitTask", "WhenAll")
class CountIsStored(Code):
    """The last but one release reads the count and stores one less."""
    def release_node(self, node):
        if node is None:
            return
        yield
        count = node.count
        yield
        node.count = count - 1
        if count == 1:
            node.free()


@noticed_by("HopByTransfer", "AwaitTaskNested")
class DoubleCompletion(Code):
    """An operation that completes inside of its InlineCall resumes the coroutine all the same."""
    def complete(self, key, what):
        super().complete(key, what)
        return False


@noticed_by("HopByTransfer", "AwaitTaskNested")
class CompletionNotSeen(Code):
    """Who began an operation does not look whether it completed inside."""
    def take_completed(self, call):
        return None


@noticed_by("ReusedStack")
class KeyIsAddress(Code):
    """An InlineCall is known by its address alone."""
    def is_innermost(self, key):
        return key.call is not None and self.now()["call"] == key.call


@noticed_by("ReusedStack")
class NumbersPerThread(Code):
    """Each thread counts its InlineCalls from one."""
    def next_number(self, thread):
        thread["last"] += 1
        yield from ()
        return thread["last"]


@noticed_by("AwaitTaskNested", "ReusedStack")
class KeyAfterStart(Code):
    """A task is told where it may complete after it was resumed."""
    def suspend_in_task(self, awaiter, awaiting):
        if self.transfer is not NESTED:
            return (yield from super().suspend_in_task(awaiter, awaiting))
        task = awaiter.task
        node = self.word().node
        yield from self.add_reference(node)
        yield from self.start_task(task, node, awaiting)
        yield from self.begin_absence(awaiter.absence)
        call = yield from self.begin_call()
        yield from self.resume(task)
        yield
        task.frame.key = self.key(call)
        completed = self.take_completed(call)
        self.end_call(call)
        return completed is None


@noticed_by("AwaitTask")
class TaskLeavesLate(Code):
    """A task that ends resumes the one that awaits it while its own context is still current."""
    def final(self, task):
        following = task.frame.continuation
        task.frame.is_run_by(None)
        yield from ()
        return following


@noticed_by("AwaitTask")
class TaskBorrows(Code):
    """A task begins with its parent's context without a reference to it."""
    def suspend_in_task(self, awaiter, awaiting):
        yield from self.start_task(awaiter.task, self.word().node, awaiting)
        yield from self.begin_absence(awaiter.absence)
        return awaiter.task


@noticed_by("WhenAll", "WhenAllCancelled")
class StarterNotCounted(Code):
    """when_all counts its branches, and not that it is still beginning them."""
    def begin_group(self, group, count, awaiting, outer):
        yield from super().begin_group(group, count - 1, awaiting, outer)

    def suspend_in_branches(self, waiting, awaiting):
        yield from self.begin_group(waiting.group, len(waiting.memory.branches), awaiting,
                                    waiting.outer)
        yield from self.begin_absence(waiting.absence)
        yield from self.begin_branches(waiting)
        return True


@noticed_by("WhenAll")
class BranchesCountedApart(Code):
    """The last branch is told by a read and a store of the count."""
    def one_ended(self, group):
        yield
        count = group.open
        yield
        group.open = count - 1
        return count == 1


@noticed_by("WhenAll")
class FailureAfterEnd(Code):
    """A failed branch asks the others to stop after it was counted."""
    def end_of_branch(self, branch):
        group = branch.memory.group
        if (yield from self.one_ended(group)):
            yield from self.resume(group.awaiting)
        else:
            yield
            yield from self.request_stop(group.stop.state)


@noticed_by("WhenAllCancelled")
class StopSourceGoesFirst(Code):
    """The group's stop source is destroyed before the callback that uses it."""
    def end_group(self, group):
        yield from self.release_node(group.joined)
        yield from self.release_node(group.context)
        group.stop.free()
        yield from self.end_stop_callback(group.outer)
        group.free()


@noticed_by("WhenAll")
class AbsenceBegunAfterCount(Code):
    """when_all gives the thread back after it counted itself."""
    def suspend_in_branches(self, waiting, awaiting):
        yield from self.begin_group(waiting.group, len(waiting.memory.branches), awaiting,
                                    waiting.outer)
        yield from self.begin_branches(waiting)
        ended = yield from self.one_ended(waiting.group)
        yield
        yield from self.begin_absence(waiting.absence)
        return not ended


@noticed_by("WhenAll")
class JoinNotReferenced(Code):
    """The coroutine goes on with the join of its branches, which the group owns alone."""
    def take_ends(self, waiting):
        reference = self.add_reference
        self.add_reference = lambda node: iter(())
        try:
            yield from super().take_ends(waiting)
        finally:
            self.add_reference = reference


@noticed_by("AwaitInForeign")
class AwaitBorrows(Code):
    """ctx::await() keeps the context without a reference to it."""
    def begin_resume(self, resume, coroutine):
        yield from super().begin_resume(resume, coroutine)
        yield from self.release_node(resume.word.node)


@noticed_by("AwaitInForeign")
class AwaitForgetsScopes(Code):
    """ctx::await() leaves the thread the Scopes that are open in the coroutine."""
    def begin_resume(self, resume, coroutine):
        yield from super().begin_resume(resume, coroutine)
        if resume.word.top is not None:
            self.word().top = resume.word.top
            resume.word = Word(resume.word.node, None)


@noticed_by("AwaitInForeign")
class AwaitForgetsResumer(Code):
    """Who resumed a coroutine in ctx::await() has no context afterwards."""
    def run_in_context(self, resume):
        call = yield from self.begin_call(resume.coroutine)
        while resume is not None:
            coroutine = resume.coroutine
            word = resume.word
            resume.word = Word()
            before = yield from self.exchange_word(word)
            yield from self.release_node(before.node)
            yield from self.resume(coroutine)
            resume = self.take_completed(call)
        before = yield from self.exchange_word(Word())
        yield from self.release_node(before.node)
        self.end_call(call)


@noticed_by("AwaitInForeign")
class AwaitCancelForgetsScopes(Code):
    """ctx::await() that does not suspend keeps the coroutine's Scopes."""
    def cancel_resume(self, resume):
        node = resume.word.node
        resume.word = Word()
        yield from self.release_node(node)


@noticed_by("AwaitInForeign")
class AwaitDestroysInPlace(Code):
    """Destroying through what is awaited unwinds the coroutine in the destroyer's context."""
    def destroy_in_context(self, resume):
        yield from self.destroy(resume.coroutine)


@noticed_by("AwaitInForeign")
class AwaitTouchesAfterResume(Code):
    """The await looks at its awaiter after it gave the coroutine away."""
    def suspend_in_await(self, awaiter, coroutine):
        suspended = yield from super().suspend_in_await(awaiter, coroutine)
        yield
        if awaiter.memory.word.node is not None:
            yield
        return suspended


@noticed_by("OneShotCallback")
class MarksNotAtomic(Code):
    """The marks of a one-shot callback are read and stored."""
    def mark(self, state, bit):
        yield
        before = state.marks
        yield
        state.marks = before | bit
        return before


@noticed_by("OneShotCallback")
class CallbackFreedByCall(Code):
    """The call frees a callback whose handle is still alive."""
    def call_once(self, state):
        if (yield from self.mark(state, self.TAKEN)) & self.TAKEN:
            return
        yield from self.run_once(state)
        yield from self.destroy_callback(state)


@noticed_by("OneShotCallback")
class CancelIgnoresCall(Code):
    """cancel() frees a callback that is being called."""
    def cancel_callback(self, state):
        yield from self.mark(state, self.TAKEN)
        yield from self.destroy_callback(state)
        return True


@noticed_by("OneShotCallback")
class CallableOutlivesBoundary(Code):
    """A callable is destroyed after the thread has its own context back."""
    def run_once(self, state):
        context = state.context
        state.context = None
        saved = yield from self.begin_boundary(context)
        state.has_callable = False
        yield
        state.look("it is called")
        yield from self.end_boundary(saved)
        state.look("it is destroyed")


@noticed_by("OneShotCallback")
class ContextOutlivesCall(Code):
    """A one-shot callback copies its context into the thread, and nobody gives up the first one."""
    def run_once(self, state):
        yield from self.add_reference(state.context)
        yield from super().run_once(state)
