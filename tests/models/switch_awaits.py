"""What is awaited, and callbacks: the rest of the protocol, in the manner of switch_code.py."""
from explore import OWN, Wait
from switch_code import (NESTED, Await, Coroutine, Coroutines, FakeFrame, InlineKey, Thrown,
                         guarded)
from memory import Word


class Awaits(Coroutines):
    """executors/coroutine/context_promise.hpp"""

    # ContextPromise::ContextPromise(): captures; TaskPromiseBase: captures nothing
    def make(self, name, user, captures=True):
        coroutine = Coroutine(self, name)
        coroutine.frame.strand = self.strand(coroutine.frame)
        coroutine.body = self.body(coroutine, user)
        if captures:
            node = self.word().node
            yield from self.add_reference(node)
            yield from self.start_with(coroutine.frame.strand, node)
        return coroutine

    # BeginAwaiter, the body, EndAwaiter (and a final_suspend() that does not suspend)
    def body(self, coroutine, user):
        yield from guarded(self.begin_and_end(coroutine, user),
                           lambda: self.end_promise(coroutine))

    def begin_and_end(self, coroutine, user):
        yield from self.enter(coroutine.frame.strand)
        yield from user(coroutine)
        yield from self.leave(coroutine.frame.strand)

    # ContextPromise::~ContextPromise(), and the frame is freed
    def end_promise(self, coroutine):
        strand = coroutine.frame.strand
        if strand.is_unwinding:
            yield from self.leave(strand)
        yield from self.end_strand(strand)
        coroutine.frame.free()

    # ContextPromise::await_transform(ContinueWith)
    def continue_with(self, node):
        before = yield from self.replace_node(node)
        yield from self.release_node(before)

    # StrandAwaiter::await_suspend()
    def suspend_in_foreign(self, awaiter, coroutine):
        resumer = yield from self.begin_keeping(awaiter.absence)
        try:
            if awaiter.foreign.transfers:
                return (yield from self.transfer_to(awaiter, coroutine, resumer))
            suspends = yield from awaiter.foreign.await_suspend(coroutine)
        except Thrown:
            thrown = True
        else:
            thrown = False
        if thrown or not suspends:
            yield from self.cancel_absence(awaiter.absence, resumer)
            if thrown:
                raise Thrown()
            return False
        yield from self.end_leave(resumer)
        return True

    # StrandAwaiter::transfer()
    def transfer_to(self, awaiter, coroutine, resumer):
        call = yield from self.begin_call()
        awaiter.memory.key = self.key(call)
        following = yield from awaiter.foreign.await_suspend(awaiter.frame(coroutine))
        yield from self.resume(following)
        yield from self.end_leave(resumer)
        completed = self.take_completed(call)
        self.end_call(call)
        return completed is None


class StrandAwaiter:
    """StrandAwaiter of something foreign."""

    def __init__(self, code, coroutine, foreign):
        self.code = code
        self.foreign = foreign
        self.memory = code.world.allocate("a StrandAwaiter", coroutine.frame, key=None)
        self.absence = code.absence(coroutine.frame.strand, self.memory)

    def await_suspend(self, coroutine):
        return self.code.suspend_in_foreign(self, coroutine)

    def await_resume(self):
        yield from self.code.end_absence(self.absence)

    def end(self):
        yield from self.code.end_of_absence(self.absence)
        yield from self.foreign.end()
        self.memory.free()

    # StrandAwaiter::Frame
    def frame(self, coroutine):
        return FakeFrame(self.memory, lambda frame: self.resume_coroutine(coroutine),
                         lambda frame: self.code.destroy(coroutine))

    # Frame::resume_coroutine()
    def resume_coroutine(self, coroutine):
        if not self.code.complete(self.memory.key, self.memory):
            yield from self.code.resume(coroutine)


class Tasks(Awaits):
    """executors/coroutine/task.hpp"""

    def make_task(self, name, user):
        task = yield from self.make(name, user, captures=False)
        task.frame.continuation = None
        task.frame.key = InlineKey()
        task.frame.failed = False
        task.body = self.task_body(task, user)
        return task

    def task_body(self, task, user):
        yield from guarded(self.task_to_final(task, user), lambda: self.end_promise(task))

    def task_to_final(self, task, user):
        yield from self.enter(task.frame.strand)
        try:
            yield from user(task)
        except Thrown:
            task.frame.failed = True
        yield Await(self.final)

    # TaskPromiseBase::Final::await_suspend()
    def final(self, task):
        frame = task.frame
        yield from self.leave(frame.strand)
        following = frame.continuation
        key = frame.key
        frame.is_run_by(None)
        if key.call is not None and self.complete(key, frame):
            return True
        return following

    # TaskPromiseBase::start_with()
    def start_task(self, task, context, continuation):
        yield from self.start_with(task.frame.strand, context)
        task.frame.continuation = continuation

    # TaskAwaiter::await_suspend()
    def suspend_in_task(self, awaiter, awaiting):
        task = awaiter.task
        node = self.word().node
        yield from self.add_reference(node)
        yield from self.start_task(task, node, awaiting)
        yield from self.begin_absence(awaiter.absence)
        if self.transfer is not NESTED:
            return task
        call = yield from self.begin_call()
        task.frame.key = self.key(call)
        yield from self.resume(task)
        completed = self.take_completed(call)
        self.end_call(call)
        return completed is None


class TaskAwaiter:
    def __init__(self, code, coroutine, task):
        self.code = code
        self.task = task
        self.memory = code.world.allocate("a TaskAwaiter", coroutine.frame)
        self.absence = code.absence(coroutine.frame.strand, self.memory)

    def await_suspend(self, coroutine):
        return self.code.suspend_in_task(self, coroutine)

    def await_resume(self):
        yield from self.code.end_absence(self.absence)
        if self.task.frame.failed:
            raise Thrown()

    def end(self):
        yield from self.code.end_of_absence(self.absence)
        yield from self.code.destroy(self.task)
        self.memory.free()


class Stops(Tasks):
    """std::stop_source and std::stop_callback, as the standard describes them."""

    def stop_state(self, name):
        return self.world.allocate(name, shared=True, requested=False, callback=None, runs_on=None)

    # std::stop_source::request_stop()
    def request_stop(self, state):
        yield
        if state.requested:
            return
        state.requested = True
        callback = state.callback
        if callback is None:
            return
        state.callback = None
        state.runs_on = self.world.running
        yield from callback()
        yield
        state.runs_on = None

    # std::stop_callback::stop_callback()
    def begin_stop_callback(self, state, callback):
        yield
        if state.requested:
            yield from callback()
        else:
            state.callback = callback

    # std::stop_callback::~stop_callback(): waits for a call on another thread
    def end_stop_callback(self, state):
        yield
        state.callback = None
        if state.runs_on is not None and state.runs_on != self.world.running:
            yield Wait(lambda: state.runs_on is None)


class Branches(Stops):
    """executors/coroutine/when_all.hpp"""

    # BranchGroup::begin()
    def begin_group(self, group, count, awaiting, outer):
        group.open = count + 1
        group.awaiting = awaiting
        group.outer = outer
        group.stop = self.world.allocate("the group's stop_", group, shared=True,
                                         state=group.inner)
        yield from self.begin_stop_callback(outer, lambda: self.stop_of_group(group))
        group.context = self.world.node("the branches' context")
        group.joined = None

    # BranchGroup::Stop::operator()
    def stop_of_group(self, group):
        yield
        yield from self.request_stop(group.stop.state)

    # BranchGroup::one_ended()
    def one_ended(self, group):
        yield
        group.open -= 1
        return group.open == 0

    # BranchGroup::~BranchGroup(): its members, last to first
    def end_group(self, group):
        yield from self.release_node(group.joined)
        yield from self.release_node(group.context)
        yield from self.end_stop_callback(group.outer)
        group.stop.free()
        group.free()

    # WhenAll::Waiting::await_suspend()
    def suspend_in_branches(self, waiting, awaiting):
        group = waiting.group
        yield from self.begin_group(group, len(waiting.memory.branches), awaiting, waiting.outer)
        yield from self.begin_absence(waiting.absence)
        yield from self.begin_branches(waiting)
        return not (yield from self.one_ended(group))

    # BranchTuple::for_each(), BranchList::for_each()
    def begin_branches(self, waiting):
        index = 0
        while index < len(waiting.memory.branches):
            yield from self.begin_branch(waiting.memory.branches[index], waiting.group)
            index += 1

    # Branch::begin()
    def begin_branch(self, branch, group):
        branch.memory.group = group
        node = group.context
        yield from self.add_reference(node)
        yield from self.start_task(branch.task, node, branch.frame())
        yield from self.resume(branch.task)

    # Branch::end()
    def end_of_branch(self, branch):
        group = branch.memory.group
        if branch.task.frame.failed:
            yield from self.request_stop(group.stop.state)
        if (yield from self.one_ended(group)):
            yield from self.resume(group.awaiting)

    # WhenAll::Waiting::take_ends(), Branch::look_at_end(), BranchGroup::join_with()
    def take_ends(self, waiting):
        group = waiting.group
        failed = False
        for branch in waiting.memory.branches:
            frame = branch.task.frame
            if frame.failed:
                failed = True
            elif frame.strand.mine.node is not group.context:
                yield from self.release_node(group.joined)
                group.joined = self.world.node("a join of branches")
        if group.joined is not None:
            yield from self.add_reference(group.joined)
            before = yield from self.replace_node(group.joined)
            yield from self.release_node(before)
        if failed:
            raise Thrown()


class Branch:
    def __init__(self, code, waiting, task):
        self.code = code
        self.task = task
        self.memory = code.world.allocate("a Branch", waiting, shared=True, group=None)

    def frame(self):
        return FakeFrame(self.memory, lambda frame: self.code.end_of_branch(self))


class Waiting:
    def __init__(self, code, coroutine, tasks, outer, inner):
        self.code = code
        self.outer = outer
        self.memory = code.world.allocate("a WhenAll::Waiting", coroutine.frame)
        self.group = code.world.allocate("a BranchGroup", self.memory, shared=True, inner=inner)
        self.memory.branches = [Branch(code, self.memory, task) for task in tasks]
        self.absence = code.absence(coroutine.frame.strand, self.memory)

    def await_suspend(self, coroutine):
        return self.code.suspend_in_branches(self, coroutine)

    def await_resume(self):
        if (yield from self.code.end_absence(self.absence)):
            yield from self.code.take_ends(self)

    def end(self):
        yield from self.code.end_of_absence(self.absence)
        for branch in self.memory.branches:
            yield from self.code.destroy(branch.task)
            branch.memory.free()
        yield from self.code.end_group(self.group)
        self.memory.free()


class Resumes(Branches):
    """executors/coroutine/await.hpp: ctx::await() in a coroutine that knows nothing of contexts."""

    # ResumeInContext::begin()
    def begin_resume(self, resume, coroutine):
        resume.coroutine = coroutine
        resume.key = self.innermost_of(coroutine)
        word = self.word()
        node = word.node
        yield from self.add_reference(node)
        resume.word = Word(node, None)
        if resume.key.call is not None:
            resume.word = Word(node, word.top)
            yield OWN
            word.top = None

    # ResumeInContext::cancel()
    def cancel_resume(self, resume):
        if resume.word.top is not None:
            yield OWN
            self.word().top = resume.word.top
        node = resume.word.node
        resume.word = Word()
        yield from self.release_node(node)

    # ResumeInContext::run()
    def run_in_context(self, resume):
        call = yield from self.begin_call(resume.coroutine)
        resumer = yield from self.exchange_word(Word())
        while resume is not None:
            coroutine = resume.coroutine
            word = resume.word
            resume.word = Word()
            before = yield from self.exchange_word(word)
            yield from self.release_node(before.node)
            yield from self.resume(coroutine)
            resume = self.take_completed(call)
        before = yield from self.exchange_word(resumer)
        yield from self.release_node(before.node)
        self.end_call(call)

    # ResumeInContext::resume_coroutine()
    def resume_in_context(self, resume):
        if not self.complete(resume.key, resume):
            yield from self.run_in_context(resume)

    # ResumeInContext::destroy_coroutine()
    def destroy_in_context(self, resume):
        coroutine = resume.coroutine
        word = resume.word
        resume.word = Word()
        destroyer = yield from self.exchange_word(word)
        yield from self.destroy(coroutine)
        before = yield from self.exchange_word(destroyer)
        yield from self.release_node(before.node)

    # ContextAwaiter::await_suspend()
    def suspend_in_await(self, awaiter, coroutine):
        resume = awaiter.memory
        yield from self.begin_resume(resume, coroutine)
        frame = FakeFrame(resume, lambda frame: self.resume_in_context(resume),
                          lambda frame: self.destroy_in_context(resume))
        try:
            suspends = yield from awaiter.foreign.await_suspend(frame)
        except Thrown:
            thrown = True
        else:
            thrown = False
        if not thrown:
            if not suspends:
                yield from self.cancel_resume(resume)
            return suspends
        yield from self.cancel_resume(resume)
        raise Thrown()


class ContextAwaiter:
    def __init__(self, code, coroutine, foreign):
        self.code = code
        self.foreign = foreign
        self.memory = code.world.allocate("a ResumeInContext", coroutine.frame, word=Word(),
                                          key=InlineKey(), coroutine=None)

    def await_suspend(self, coroutine):
        return self.code.suspend_in_await(self, coroutine)

    def await_resume(self):
        yield from ()

    def end(self):
        yield from self.code.release_node(self.memory.word.node)
        yield from self.foreign.end()
        self.memory.free()


class Callbacks(Resumes):
    """executors/detail/callback_state.hpp, bind.hpp, run.hpp: a callback that C calls once."""
    TAKEN, CALLED, RELEASED = 1, 2, 4

    def make_callback(self, context, look):
        return self.world.allocate("a OnceState", shared=True, marks=0, context=context, look=look,
                                   has_callable=True)

    def mark(self, state, bit):
        yield
        before = state.marks
        state.marks = before | bit
        return before

    # OnceState::call()
    def call_once(self, state):
        if (yield from self.mark(state, self.TAKEN)) & self.TAKEN:
            return
        yield from self.run_once(state)
        yield from self.leave_callback(state, self.CALLED, self.RELEASED)

    # detail::run_once(): the callable is moved, called, and destroyed inside of the Boundary
    def run_once(self, state):
        context = state.context
        state.context = None
        saved = yield from self.begin_boundary(context)
        state.has_callable = False
        yield
        state.look("it is called")
        yield
        state.look("it is destroyed")
        yield from self.end_boundary(saved)

    # OnceState::leave()
    def leave_callback(self, state, mine, other):
        if (yield from self.mark(state, mine)) & other:
            yield from self.destroy_callback(state)

    # OnceState::release()
    def release_callback(self, state):
        yield from self.leave_callback(state, self.RELEASED, self.CALLED)

    # OnceState::cancel()
    def cancel_callback(self, state):
        if (yield from self.mark(state, self.TAKEN)) & self.TAKEN:
            yield from self.release_callback(state)
            return False
        yield from self.destroy_callback(state)
        return True

    # CallbackState::destroy()
    def destroy_callback(self, state):
        node = state.context
        yield from self.add_reference(node)
        saved = yield from self.begin_boundary(node)
        if state.has_callable:
            state.look("it is destroyed")
        context = state.context
        state.free()
        yield from self.release_node(context)
        yield from self.end_boundary(saved)


class Code(Callbacks):
    """All of it, as it is."""
