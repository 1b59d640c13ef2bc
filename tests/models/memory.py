"""What the model of the switch protocol keeps an eye on: memory, references, words of threads."""
from explore import Program, Violation


class Memory:
    """An object of the model. Its place is the allocation (or the stack) that it lies in: when that
    is gone, or belongs to a coroutine that another thread runs by now, it must not be touched."""

    def __init__(self, world, name, place=None, shared=False, **fields):
        self.__dict__.update(
            _world=world, _name=name, _place=place, _shared=shared, _fields=fields, _freed=False,
            _runner=None)  # the thread that resumed the coroutine last
        world.memory.append(self)

    def _touch(self, shared=None):
        shared = self._shared if shared is None else shared
        if self._freed:
            raise Violation(f"{self._name} is touched after it was freed")
        world = self._world
        if self._runner not in (None, world.running) and not shared:
            raise Violation(f"{self._name} is touched by thread {world.running} while thread "
                            f"{self._runner} has it")
        if self._place is not None:
            self._place._touch(shared)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._touch()
        try:
            return self._fields[name]
        except KeyError:
            raise AttributeError(f"{self._name}.{name}") from None

    def __setattr__(self, name, value):
        self._touch()
        self._fields[name] = value

    def is_run_by(self, thread):
        """This is (in) the frame of a coroutine that a thread resumes; None: of one at its end."""
        if self._freed:
            raise Violation(f"{self._name} is resumed after it was freed")
        self.__dict__["_runner"] = thread
        if self._place is not None and not self._shared:
            self._place.is_run_by(thread)

    def free(self):
        self._touch()
        self.__dict__["_freed"] = True

    def is_alive(self):
        return not self._freed and (self._place is None or self._place.is_alive())


class Word:
    """detail::Word: a thread's (then `stores` are steps) or one that is kept somewhere."""

    def __init__(self, node=None, top=None):
        self.node = node
        self.top = top


class World(Program):
    """Threads with their words, and what they share."""
    not_a_state = True

    def __init__(self, threads):
        super().__init__()
        self.memory = []
        self.words = [Word() for _ in range(threads)]
        self.stacks = [f"stack{thread}" for thread in range(threads)]
        # inline_call.cpp: innermost_call of each thread, and blocks_taken
        self.innermost = [dict(call=None, number=0, owner=None, last=0) for _ in range(threads)]
        self.blocks_taken = 0
        self.at = {}  # stack address -> the InlineCall that is there
        self.chains_are_broken = False
        self.misused = 0
        self.left_open = 0
        self.expected_misuse = 0
        self.expected_left_open = 0

    def allocate(self, name, place=None, shared=False, **fields):
        return Memory(self, name, place, shared, **fields)

    def node(self, name, count=1):
        """A context, and its maker's references."""
        return self.allocate(name, shared=True, count=count)

    def state(self):
        live = [memory for memory in self.memory if not memory._freed]
        return (live, self.words, self.innermost, self.blocks_taken, self.at,
                self.chains_are_broken, self.misused, self.left_open, self.of_scenario())

    def of_scenario(self):
        return ()

    def check(self):
        """A signal handler may read the current context between any two steps."""
        for thread, word in enumerate(self.words):
            if word.node is not None and not word.node.is_alive():
                raise Violation(f"a signal handler of thread {thread} reads {word.node._name}, "
                                "which is freed")
            if word.top is not None and not word.top.is_alive() and not self.expected_misuse:
                raise Violation(f"thread {thread} has an open Scope that is freed")

    def check_end(self):
        for memory in self.memory:
            if not memory._freed:
                raise Violation(f"{memory._name} is never freed")
        for thread, word in enumerate(self.words):
            if word.node is not None or word.top is not None:
                raise Violation(f"thread {thread} is left with a context or a Scope")
        counted = (self.misused, self.left_open)
        if counted != (self.expected_misuse, self.expected_left_open):
            raise Violation(f"misuse and Scopes left open were counted {counted} times")

    def expect(self, condition, what):
        if not condition:
            raise Violation(what)
