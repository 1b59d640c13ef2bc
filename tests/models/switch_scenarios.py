"""Small programs over the switch protocol. Each has a few threads with contexts of their own, which
must be there again after every task, and coroutines that look at theirs wherever they are."""
from explore import Choose, Wait
from memory import World
from switch_awaits import ContextAwaiter, StrandAwaiter, TaskAwaiter, Waiting
from switch_code import NESTED, SYMMETRIC, Await, Coroutine, Thrown, guarded


class Scenario(World):
    def __init__(self, code, threads):
        super().__init__(threads)
        self.code = code(self)
        self.queue = []  # handles, and whether they may be destroyed
        self.closed = False

    def of_scenario(self):
        return self.queue, self.closed

    def look(self, expected, who):
        found = self.words[self.running].node
        self.expect(found is expected, f"{who} finds "
                    f"{found._name if found else 'no context'}, not {expected._name}")

    # Runs `work` on a thread that has a context and a Scope of its own.
    def within(self, name, work):
        own = self.node(name)
        scope = yield from self.code.begin_scope(own)
        yield from work()
        self.look(own, "the thread")
        self.expect(self.words[self.running].top is scope, "the thread has not its Scopes back")
        yield from self.code.end_scope(scope)

    # A thread of a pool: resumes what it is given, or destroys it.
    def serve(self):
        yield Wait(lambda: self.queue or self.closed)
        if not self.queue:
            return
        handle, may_be_destroyed = self.queue.pop(0)
        if may_be_destroyed and (yield Choose(2)):
            yield from self.code.destroy(handle)
        else:
            yield from self.code.resume(handle)

    # Makes a coroutine that captures `context`.
    def make(self, name, user, context):
        saved = yield from self.code.begin_boundary(context)
        coroutine = yield from self.code.make(name, user)
        yield from self.code.end_boundary(saved)
        return coroutine


class Foreign:
    """Something awaited that knows nothing of contexts, and ends in one of several ways."""
    transfers = False

    def __init__(self, world, expected, ways):
        self.world = world
        self.expected = expected
        self.ways = ways

    def await_suspend(self, handle):
        world = self.world
        world.look(self.expected, "a foreign await_suspend")
        way = self.ways[(yield Choose(len(self.ways)))] if len(self.ways) > 1 else self.ways[0]
        if way == "throws":
            raise Thrown()
        if way == "not at all":
            return False
        if way == "inside":
            yield from world.code.resume(handle)
        else:
            yield
            world.queue.append((handle, way != "elsewhere for a task"))
        yield
        world.look(self.expected, "a foreign await_suspend that gave the coroutine away")
        return True

    def end(self):
        yield from ()


class ForeignTask(Foreign):
    """A lazy coroutine of a type that knows nothing of contexts."""
    transfers = True

    def await_suspend(self, handle):
        world = self.world
        self.coroutine = None
        way = self.ways[(yield Choose(len(self.ways)))]
        if way == "hands over":  # no coroutine: gives the handle away and returns the noop one
            yield
            world.queue.append((handle, True))
            return None
        self.coroutine = Coroutine(world.code, "a foreign coroutine")
        self.coroutine.body = self.body(self.coroutine, handle, way)
        return self.coroutine

    def body(self, coroutine, continuation, way):
        yield from guarded(self.inside(continuation, way), lambda: self.free(coroutine))

    def inside(self, continuation, way):
        self.world.look(self.expected, "a foreign coroutine")
        if way == "hops":
            yield Await(self.hop)
        yield Await(lambda coroutine: self.transfer(coroutine, continuation))

    def hop(self, coroutine):
        yield
        self.world.queue.append((coroutine, False))
        return True

    def transfer(self, coroutine, continuation):
        coroutine.frame.is_run_by(None)
        yield from ()
        return continuation

    def free(self, coroutine):
        yield
        coroutine.frame.free()

    def end(self):
        if self.coroutine is not None:
            yield from self.world.code.destroy(self.coroutine)


class Hop(Scenario):
    """A coroutine with an open Scope is suspended in something foreign, while it is resumed, or
    destroyed, on another thread."""
    ways = ("elsewhere", "inside", "not at all", "throws")
    awaited = Foreign

    def __init__(self, code):
        super().__init__(code, 2)
        self.threads = [self.within("the resumer's context", self.start),
                        self.within("the pool's context", self.serve)]

    def start(self):
        self.outer = self.node("the coroutine's context")
        self.inner = self.node("the context of its Scope")
        coroutine = yield from self.make("the coroutine", self.user, self.outer)
        yield from self.code.resume(coroutine)
        yield
        self.closed = True

    def user(self, coroutine):
        self.look(self.outer, "the coroutine")
        scope = yield from self.code.begin_scope(self.inner, coroutine.frame)
        yield from guarded(self.hop(coroutine), lambda: self.end_scope(scope))
        self.look(self.outer, "the coroutine at its end")

    def hop(self, coroutine):
        foreign = self.awaited(self, self.inner, self.ways)
        try:
            yield from self.code.co_await(self.awaiter(coroutine, foreign))
        except Thrown:
            pass
        self.look(self.inner, "the coroutine that goes on")

    def awaiter(self, coroutine, foreign):
        return StrandAwaiter(self.code, coroutine, foreign)

    def end_scope(self, scope):
        self.look(self.inner, "the coroutine's Scope at its end")
        yield from self.code.end_scope(scope)


class HopByTransfer(Hop):
    """The same in an awaiter that says which coroutine is to run next."""
    ways = ("hops", "ends at once", "hands over")
    awaited = ForeignTask


class AwaitTask(Hop):
    """A coroutine awaits a task, which is suspended in something foreign."""
    transfer = SYMMETRIC
    ways = ("elsewhere for a task", "inside", "not at all")

    def __init__(self, code):
        super().__init__(code)
        self.code.transfer = self.transfer

    def serve(self):
        yield Wait(lambda: self.queue or self.closed)
        if not self.queue:
            return
        handle, _ = self.queue.pop(0)
        if (yield Choose(2)):
            yield from self.code.destroy(self.root)
        else:
            yield from self.code.resume(handle)

    def hop(self, coroutine):
        self.root = coroutine
        task = yield from self.code.make_task("a task", self.in_task)
        yield from self.code.co_await(TaskAwaiter(self.code, coroutine, task))
        self.look(self.inner, "the coroutine after the task")

    def in_task(self, task):
        foreign = Foreign(self, self.inner, self.ways)
        yield from self.code.co_await(StrandAwaiter(self.code, task, foreign))
        self.look(self.inner, "the task that goes on")


class AwaitTaskNested(AwaitTask):
    """The same where the compiler makes no tail calls."""
    transfer = NESTED


class ReusedStack(Scenario):
    """The record of a nested await that is over lies where another one is now: of the same thread,
    or of a thread that got its stack."""

    def __init__(self, code):
        super().__init__(code, 3)
        self.code.transfer = NESTED
        self.stacks[2] = self.stacks[0]
        self.first_ended = False
        self.left = 1
        self.threads = [self.first(), self.within("the pool's context", self.serve), self.last()]

    def of_scenario(self):
        return super().of_scenario(), self.first_ended, self.left

    def first(self):
        yield from self.begin(self.hops)
        if (yield Choose(2)):
            self.left = 0
            yield from self.begin(self.takes)
        yield
        self.first_ended = True

    def last(self):
        yield Wait(lambda: self.first_ended)
        if self.left:
            yield from self.begin(self.takes)
        yield
        self.closed = True

    def begin(self, inside):
        outer = self.node("the coroutine's context")
        coroutine = yield from self.make("the coroutine", lambda coroutine: self.wait(
            coroutine, inside, outer), outer)
        yield from self.code.resume(coroutine)

    def wait(self, coroutine, inside, outer):
        task = yield from self.code.make_task("a task", inside)
        yield from self.code.co_await(TaskAwaiter(self.code, coroutine, task))
        self.look(outer, "the coroutine after the task")

    def hops(self, task):
        foreign = Foreign(self, self.words[self.running].node, ("elsewhere for a task",))
        yield from self.code.co_await(StrandAwaiter(self.code, task, foreign))

    # Resumes, from inside of an await, what another await waits for.
    def takes(self, task):
        yield
        if self.queue:
            handle, _ = self.queue.pop(0)
            own = self.words[self.running].node
            yield from self.code.resume(handle)
            self.look(own, "the task that resumed another one")


class AwaitInForeign(Hop):
    """ctx::await() twice in a coroutine that knows nothing of contexts; the second time a Scope is
    open in it."""

    ways = ("elsewhere", "inside", "not at all", "throws")

    def start(self):
        self.outer = self.node("the request's context")
        self.inner = self.node("the context of its Scope")
        coroutine = Coroutine(self.code, "a foreign coroutine")
        coroutine.body = self.body(coroutine)
        saved = yield from self.code.begin_boundary(self.outer)
        yield from self.code.resume(coroutine)
        yield from self.code.end_boundary(saved)
        yield
        self.closed = True

    def body(self, coroutine):
        yield from guarded(self.twice(coroutine), lambda: self.free(coroutine))

    def free(self, coroutine):
        yield
        coroutine.frame.free()

    def twice(self, coroutine):
        if not (yield Choose(2)):
            yield from self.code.release_node(self.inner)
            return (yield from self.await_in(coroutine, self.outer, ("elsewhere", "throws")))
        yield from self.await_in(coroutine, self.outer, ("inside",))
        scope = yield from self.code.begin_scope(self.inner, coroutine.frame)
        yield from guarded(self.await_in(coroutine, self.inner, self.ways),
                           lambda: self.end_scope(scope))
        self.look(self.outer, "the coroutine at its end")
        return None

    def await_in(self, coroutine, expected, ways):
        foreign = Foreign(self, expected, ways)
        try:
            yield from self.code.co_await(ContextAwaiter(self.code, coroutine, foreign))
        except Thrown:
            pass
        self.look(expected, "the coroutine that goes on")


class MisusedScope(Scenario):
    """A Scope in a coroutine that is resumed elsewhere without ctx: counted, nobody is harmed."""

    def __init__(self, code):
        super().__init__(code, 2)
        self.expected_misuse = self.expected_left_open = 1
        self.threads = [self.within("the resumer's context", self.start),
                        self.within("the pool's context", self.serve)]

    def start(self):
        coroutine = Coroutine(self.code, "a foreign coroutine")
        coroutine.body = self.body(coroutine)
        saved = yield from self.code.begin_boundary(self.node("the request's context"))
        yield from self.code.resume(coroutine)
        yield from self.code.end_boundary(saved)

    def body(self, coroutine):
        scope = yield from self.code.begin_scope(self.node("its Scope's context"), coroutine.frame)
        yield Await(self.hop)
        yield from self.code.end_scope(scope)
        coroutine.frame.free()

    def hop(self, coroutine):
        yield
        self.queue.append((coroutine, False))
        return True


class WhenAll(Scenario):
    """Two branches that end on two threads while the third one still starts them; each adds to its
    context, or fails."""
    coarse = True

    def __init__(self, code):
        super().__init__(code, 3)
        self.queues = [[], []]
        self.outer = self.node("the request's context")
        self.outer_stop = self.code.stop_state("the request's stop state")
        self.inner_stop = self.code.stop_state("the branches' stop state")
        self.ended = 0
        self.threads = [self.start(), self.branch_thread(0), self.branch_thread(1)]

    def of_scenario(self):
        return self.queues, self.outer_stop, self.inner_stop, self.ended

    def start(self):
        coroutine = yield from self.make("the coroutine", self.user, self.outer)
        yield from self.code.resume(coroutine)
        yield from self.thread_ends()

    def thread_ends(self):
        word = self.words[self.running]
        self.expect(word.node is None and word.top is None, "the thread is left with a context")
        yield
        self.ended += 1
        if self.ended == len(self.threads):
            self.outer_stop.free()
            self.inner_stop.free()

    def branch_thread(self, which):
        yield Wait(lambda: self.queues[which])
        yield from self.code.resume(self.queues[which].pop(0))
        yield from self.thread_ends()

    def user(self, coroutine):
        tasks = []
        for which in range(2):
            task = yield from self.code.make_task(f"branch {which}", self.branch(which))
            tasks.append(task)
        waiting = Waiting(self.code, coroutine, tasks, self.outer_stop, self.inner_stop)
        try:
            yield from self.code.co_await(waiting)
        except Thrown:
            pass
        self.expect(self.words[self.running].node is not None, "the coroutine lost its context")

    def branch(self, which):
        def body(task):
            context = self.words[self.running].node
            yield from self.code.co_await(StrandAwaiter(self.code, task, HopOf(self, which)))
            self.look(context, f"branch {which}")
            yield from self.end_of(which)
        return body

    def end_of(self, which):
        if which == 0:
            return
        if (yield Choose(2)):
            raise Thrown()
        yield from self.code.continue_with(self.node("what the branch adds"))


class HopOf(Foreign):
    def __init__(self, world, which):
        super().__init__(world, None, ())
        self.which = which

    def await_suspend(self, handle):
        yield
        self.world.queues[self.which].append(handle)
        return True


class WhenAllCancelled(WhenAll):
    """One branch waits elsewhere, the other one ends at once; meanwhile the request is asked to
    stop."""

    def __init__(self, code):
        super().__init__(code)
        self.threads[2] = self.cancel()

    def cancel(self):
        yield from self.code.request_stop(self.outer_stop)
        yield from self.thread_ends()

    def branch(self, which):
        inside = super().branch(which)
        return inside if which == 0 else self.ends_at_once

    def ends_at_once(self, task):
        yield from ()

    def end_of(self, which):
        yield
        if self.inner_stop.requested:
            raise Thrown()


class OneShotCallback(Scenario):
    """A timer's callback: called on the thread of its library while its handle is released, or
    cancelled as the library allows it."""

    def __init__(self, code):
        super().__init__(code, 2)
        self.armed = True
        self.fired = False
        context = self.node("the registrant's context")
        look = lambda when: self.look(context, f"the callback, when {when},")
        self.state_of_callback = self.code.make_callback(context, look)
        self.threads = [self.within("the registrant's other context", self.give_up),
                        self.within("the library's context", self.fire)]

    def of_scenario(self):
        return self.armed, self.fired

    def fire(self):
        yield
        if self.armed:
            self.armed = False
            self.fired = True
            yield from self.code.call_once(self.state_of_callback)

    def give_up(self):
        if (yield Choose(2)):
            yield from self.code.release_callback(self.state_of_callback)
            yield Wait(lambda: self.fired)
        elif (yield from self.disarm()):
            yield from self.code.cancel_callback(self.state_of_callback)
        elif (yield Choose(2)):
            yield from self.code.release_callback(self.state_of_callback)
        else:  # cancel() of a callback that is being called
            state = self.state_of_callback
            yield Wait(lambda: state.marks & self.code.TAKEN)
            yield from self.code.cancel_callback(state)

    def disarm(self):
        yield
        armed = self.armed
        self.armed = False
        return armed


ALL = (Hop, HopByTransfer, AwaitTask, AwaitTaskNested, ReusedStack, AwaitInForeign, MisusedScope,
       WhenAll, WhenAllCancelled, OneShotCallback)
