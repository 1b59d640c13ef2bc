"""The switch protocol, function by function as in the headers, with a `yield` before each access to
what another thread, or a signal handler, can see. Above each method: the file and the function.

Atomic operations are sequentially consistent here; that weaker orders suffice is for
ThreadSanitizer to say.
"""
from explore import OWN, Violation
from memory import Word

NESTED, SYMMETRIC = "nested", "symmetric"


class Unwinding(Exception):
    """What leaves a body before its end."""


class Destroyed(Unwinding):
    """coroutine_handle::destroy() of a coroutine that is suspended."""


class Thrown(Unwinding):
    """An exception."""


def guarded(inner, cleanup):
    """`inner`, then `cleanup()` whatever happened: destructors. (Not `finally`, which would run too
    where Python frees a generator that is explored no further.)"""
    unwinding = None
    result = None
    try:
        result = yield from inner
    except Unwinding as caught:
        unwinding = caught
    yield from cleanup()
    if unwinding is not None:
        raise unwinding
    return result


class Await:
    """What a body yields to be suspended."""
    not_a_state = True

    def __init__(self, await_suspend):
        self.await_suspend = await_suspend


class NodesAndScopes:
    not_a_state = True
    transfer = SYMMETRIC

    def __init__(self, world):
        self.world = world

    # context/detail/word.hpp: word()
    def word(self):
        return self.world.words[self.world.running]

    # context/detail/node.hpp: add_reference()
    def add_reference(self, node):
        if node is not None:
            yield
            node.count += 1

    # context/detail/node.hpp: release_node(); reference_count.hpp: ReferenceCount::release()
    def release_node(self, node):
        if node is None:
            return
        yield
        if node.count != 1:
            yield
            node.count -= 1
            if node.count != 0:
                return
        node.free()

    # context/scope.hpp: Scope::Scope(). The Scope lies in `place`, a coroutine's frame, or a stack.
    def begin_scope(self, context, place=None):
        word = self.word()
        scope = self.world.allocate("a Scope", place, previous=word.node, previous_top=word.top)
        yield OWN
        word.top = scope
        yield OWN
        word.node = context
        return scope

    # context/scope.hpp: Scope::~Scope()
    def end_scope(self, scope):
        word = self.word()
        if word.top is not scope:
            yield from self.end_misused(scope)
        else:
            mine = word.node
            yield OWN
            word.node = scope.previous
            yield OWN
            word.top = scope.previous_top
            yield from self.release_node(mine)
        scope.free()

    # src/context/scope.cpp: Scope::end_misused(), with ScopeMisusePolicy::count
    def end_misused(self, scope):
        world = self.world
        world.misused += 1
        inner = None
        yield
        if not world.chains_are_broken:
            inner = self.word().top
            while inner is not None and inner.previous_top is not scope:
                inner = inner.previous_top
        if inner is not None:
            mine = inner.previous
            inner.previous = scope.previous
            inner.previous_top = scope.previous_top
            yield from self.release_node(mine)
            return
        yield
        world.chains_are_broken = True
        yield from self.release_node(scope.previous)

    # context/boundary.hpp: Boundary::Boundary()
    def begin_boundary(self, context):
        word = self.word()
        saved = Word(word.node, word.top)
        yield OWN
        word.top = None
        yield OWN
        word.node = context
        return saved

    # context/boundary.hpp: Boundary::~Boundary()
    def end_boundary(self, saved):
        word = self.word()
        left = Word(word.node, word.top)
        yield OWN
        word.node = saved.node
        yield OWN
        word.top = saved.top
        if left.top is not None:
            self.report_left_open(left.top)
        yield from self.release_node(left.node)

    # src/context/scope.cpp: Boundary::report_left_open()
    def report_left_open(self, innermost):
        self.world.left_open += 1


class Strands(NodesAndScopes):

    # context/detail/switch.hpp: exchange_word()
    def exchange_word(self, next):
        word = self.word()
        before = Word(word.node, word.top)
        yield OWN
        word.top = next.top
        yield OWN
        word.node = next.node
        return before

    # context/detail/switch.hpp: replace_node()
    def replace_node(self, node):
        word = self.word()
        before = word.node
        yield OWN
        word.node = node
        return before

    # context/detail/switch.hpp: StrandWord, in a coroutine's promise
    def strand(self, promise):
        return self.world.allocate("a StrandWord", promise, mine=Word(), resumer=Word(),
                                   is_unwinding=False)

    # StrandWord::~StrandWord()
    def end_strand(self, strand):
        yield from self.release_node(strand.mine.node)
        strand.free()

    # StrandWord::start_with()
    def start_with(self, strand, context):
        before = strand.mine.node
        strand.mine = Word(context, strand.mine.top)
        yield from self.release_node(before)

    # StrandWord::enter()
    def enter(self, strand):
        strand.resumer = yield from self.exchange_word(strand.mine)
        strand.mine = Word()

    # StrandWord::leave()
    def leave(self, strand):
        strand.mine = yield from self.exchange_word(strand.resumer)
        strand.resumer = Word()

    # StrandWord::begin_leave()
    def begin_leave(self, strand):
        word = self.word()
        running = Word(word.node, word.top)
        yield from self.add_reference(running.node)
        strand.mine = running
        yield OWN
        word.top = None
        resumer = strand.resumer
        strand.resumer = Word()
        return resumer

    # StrandWord::end_leave(): static, it has the stack only
    def end_leave(self, resumer):
        before = yield from self.exchange_word(resumer)
        yield from self.release_node(before.node)

    # StrandWord::cancel_leave()
    def cancel_leave(self, strand, resumer):
        before = yield from self.exchange_word(strand.mine)
        yield from self.release_node(before.node)
        strand.mine = Word()
        strand.resumer = resumer

    # executors/coroutine/context_promise.hpp: Absence
    def absence(self, strand, awaiter):
        return self.world.allocate("an Absence", awaiter, strand=strand, is_away=False)

    # Absence::~Absence(), Strand::enter_to_unwind()
    def end_of_absence(self, absence):
        if absence.is_away:
            yield from self.enter(absence.strand)
            absence.strand.is_unwinding = True
        absence.free()

    # Absence::begin()
    def begin_absence(self, absence):
        absence.is_away = True
        yield from self.leave(absence.strand)

    # Absence::begin_keeping()
    def begin_keeping(self, absence):
        absence.is_away = True
        return (yield from self.begin_leave(absence.strand))

    # Absence::cancel()
    def cancel_absence(self, absence, resumer):
        yield from self.cancel_leave(absence.strand, resumer)
        absence.is_away = False

    # Absence::end()
    def end_absence(self, absence):
        if not absence.is_away:
            return False
        absence.is_away = False
        yield from self.enter(absence.strand)
        return True


class InlineKey:
    def __init__(self, call=None, number=0, truth=None):
        self.call = call      # an address
        self.number = number
        self.truth = truth    # the record that was meant: only the model knows it


class InlineCalls(Strands):
    """executors/detail/inline_call.hpp, src/executors/inline_call.cpp. All that is touched is the
    thread's own, but for blocks_taken."""

    block = 1 << 8

    def now(self):
        return self.world.innermost[self.world.running]

    # next_number()
    def next_number(self, thread):
        if thread["last"] % self.block == 0:
            yield
            thread["last"] = self.world.blocks_taken * self.block
            self.world.blocks_taken += 1
        thread["last"] += 1
        return thread["last"]

    # InlineCall::InlineCall(): at the next free address of the stack
    def begin_call(self, owner=None):
        world, now = self.world, self.now()
        stack = world.stacks[world.running]
        address = f"{stack}+{sum(1 for at in world.at if at.startswith(stack))}"
        number = yield from self.next_number(now)
        call = world.allocate(f"the InlineCall at {address}", address=address, number=number,
                              completed=None, outer=now["call"], outer_number=now["number"],
                              outer_owner=now["owner"])
        world.at[address] = call
        now.update(call=address, number=number, owner=owner)
        return call

    # InlineCall::~InlineCall()
    def end_call(self, call):
        now = self.now()
        if now["call"] == call.address and now["number"] == call.number:
            now.update(call=call.outer, number=call.outer_number, owner=call.outer_owner)
        del self.world.at[call.address]
        call.free()

    # InlineCall::key()
    def key(self, call):
        return InlineKey(call.address, call.number, call)

    # InlineCall::complete()
    def complete(self, key, what):
        if not self.is_innermost(key):
            return False
        there = self.world.at.get(key.call)
        if there is not key.truth:
            raise Violation("an operation completes another one's InlineCall")
        there.completed = what
        return True

    def is_innermost(self, key):
        now = self.now()
        return key.call is not None and now["call"] == key.call and now["number"] == key.number

    # InlineCall::innermost_of()
    def innermost_of(self, owner):
        now = self.now()
        if now["owner"] is not owner:
            return InlineKey()
        return InlineKey(now["call"], now["number"], self.world.at[now["call"]])

    # InlineCall::take_completed()
    def take_completed(self, call):
        completed = call.completed
        call.completed = None
        return completed


class Coroutine:
    """A frame, its body, and what its handle refers to."""

    def __init__(self, code, name):
        self.name = name
        self.frame = code.world.allocate(name)
        self.body = None
        self.resumptions = 0


class FakeFrame:
    """executors/detail/awaiter.hpp: FakeFrame, in the memory `place`."""

    def __init__(self, place, resume, destroy=None):
        self.place = place
        self.resume = resume
        self.destroy = destroy


class Coroutines(InlineCalls):
    """What the compiler makes of coroutines."""

    # coroutine_handle::resume(): of one after the other when they transfer; None is the noop one
    def resume(self, handle, how=None):
        while handle is not None:
            if isinstance(handle, FakeFrame):
                handle.place.is_run_by(self.world.running)
                yield from handle.resume(handle)
                return
            handle.frame.is_run_by(self.world.running)
            handle = yield from self.run(handle, how)
            how = None

    # coroutine_handle::destroy()
    def destroy(self, handle):
        if isinstance(handle, FakeFrame):
            handle.place.is_run_by(self.world.running)
            yield from handle.destroy(handle)
        else:
            yield from self.resume(handle, Destroyed())

    # Runs a body until it is suspended. @return the coroutine to go on with, or none.
    def run(self, coroutine, how):
        coroutine.resumptions += 1
        reply = None
        while True:
            try:
                wish = coroutine.body.throw(how) if how else coroutine.body.send(reply)
            except (StopIteration, Destroyed):
                return None
            how = reply = None
            if not isinstance(wish, Await):
                reply = yield wish
                continue
            resumptions = coroutine.resumptions
            try:
                suspended = yield from wish.await_suspend(coroutine)
            except Thrown as thrown:
                suspended = False
                how = thrown
            if suspended is True or suspended is None:
                return None
            if suspended is not False:
                return suspended
            if coroutine.resumptions != resumptions:
                raise Violation(f"{coroutine.name} goes on twice from one await")

    # `co_await`: suspend, resume, and the end of the awaiter whatever happened.
    def co_await(self, awaiter):
        return guarded(self.suspend_and_resume(awaiter), awaiter.end)

    def suspend_and_resume(self, awaiter):
        yield Await(awaiter.await_suspend)
        yield from awaiter.await_resume()
