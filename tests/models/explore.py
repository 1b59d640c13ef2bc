"""Runs a small concurrent program in every order that its steps can come in.

A thread is a generator; what it does between two `yield`s is one step. It may yield

    None            the next step can come at any time
    OWN             the same, for a step that touches nothing but the thread's own word
    Wait(ready)     the next step comes when ready() is true
    Choose(n)       the next step gets any number below n

The program is made anew for each branch and brought there by repeating the steps so far: it must
do the same when its steps are the same. A state that was seen before is not explored again; what is
compared are the threads (where each is, with its local variables) and everything they can reach.
"""
import types


class Violation(Exception):
    """An invariant does not hold."""


OWN = "own"


class Wait:
    not_a_state = True

    def __init__(self, ready):
        self.ready = ready


class Choose:
    not_a_state = True

    def __init__(self, count):
        self.count = count


class Program:
    """To be derived from: `threads` are generators, `running` is the one whose step it is. A coarse
    program comes to each thread's own steps without looking at what others do in between; it is
    checked after each."""
    coarse = False

    def __init__(self):
        self.threads = []
        self.running = 0

    def check(self):
        """Raises a Violation after a step that broke an invariant."""

    def check_end(self):
        """The same when all threads have ended."""

    def state(self):
        """What the threads reach by other ways than their local variables."""
        return ()


class Run:
    """A program somewhere between its first and its last step."""

    def __init__(self, make, moves=()):
        self.program = make()
        self.waiting = {}  # what each thread that has not ended yielded last
        self.moves = []
        for thread in range(len(self.program.threads)):
            self._advance(thread, None)
        for move in moves:
            self.step(move)

    def moves_now(self):
        """Each thread that can go on, with each number that it can get."""
        moves = []
        for thread, wish in self.waiting.items():
            if isinstance(wish, Choose):
                moves.extend((thread, number) for number in range(wish.count))
            elif not isinstance(wish, Wait) or wish.ready():
                moves.append((thread, None))
        return moves

    def step(self, move):
        self.moves.append(move)
        self._advance(*move)

    def _advance(self, thread, number):
        self.program.running = thread
        wish = OWN
        while wish is OWN:
            try:
                wish = self.program.threads[thread].send(number)
                self.waiting[thread] = wish
            except StopIteration:
                self.waiting.pop(thread, None)
                wish = None
            number = None
            self.program.check()
            if not self.program.coarse:
                break

    def key(self):
        return Freezer().freeze((self.program.threads, self.program.state()))


PLAIN = {type(None), bool, int, str}


class Freezer:
    """Makes a value that is equal for equal states, whatever the identities of their objects."""

    def __init__(self):
        self.numbers = {}

    def freeze(self, value):
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is tuple or kind is list:
            return tuple([each if type(each) in PLAIN else self.freeze(each) for each in value])
        if kind is types.FunctionType or kind is types.MethodType:
            return value.__qualname__
        if hasattr(kind, "not_a_state"):
            return kind.__name__
        seen = self.numbers.get(id(value))
        if seen is not None:
            return "#", seen
        self.numbers[id(value)] = len(self.numbers)
        if kind is types.GeneratorType:
            return self._generator(value)
        parts = value if kind is dict else vars(value)
        return kind.__name__, tuple(parts), self.freeze(list(parts.values()))

    def _generator(self, generator):
        frame = generator.gi_frame
        if frame is None:
            return "ended"
        below = generator.gi_yieldfrom
        names = frame.f_locals
        return (generator.gi_code.co_name, frame.f_lasti, tuple(names),
                self.freeze(list(names.values())),
                self.freeze(below) if isinstance(below, types.GeneratorType) else None)


class Result:
    def __init__(self):
        self.states = 0
        self.interleavings = 0
        self.violation = None
        self.moves = None  # that led to the violation


def explore(make):
    """Goes through every order of steps, up to the first violation."""
    result = Result()
    ends = {}  # of a state: in how many ways its program can go on to the end
    path = []  # [state, moves yet to take, ends so far] from the first state to here
    run = None
    try:
        run = Run(make)
        _arrive(run, path)
        while path:
            state, moves, count = path[-1]
            if not moves:
                path.pop()
                ends[state] = count
                if path:
                    path[-1][2] += count
                continue
            move = moves.pop()
            if len(run.moves) != len(path) - 1:
                run = Run(make, run.moves[:len(path) - 1])
            run.step(move)
            key = run.key()
            if key in ends:
                path[-1][2] += ends[key]
            else:
                _arrive(run, path, key)
        result.interleavings = count
    except Violation as violation:
        result.violation = str(violation)
        result.moves = list(run.moves) if run else []
    result.states = len(ends) + len(path)
    return result


def _arrive(run, path, key=None):
    moves = run.moves_now()
    if not moves:
        if run.waiting:
            raise Violation(f"threads {sorted(run.waiting)} wait for ever")
        run.program.check_end()
    path.append([key if key is not None else run.key(), moves, 0 if moves else 1])
