"""The explorer itself: it finds what it should, and counts what it goes through."""
import unittest

from explore import Choose, Program, Violation, Wait, explore


class Counter(Program):
    """Threads that add one to a number, in one step or in two."""

    def __init__(self, adders):
        super().__init__()
        self.number = 0
        self.threads = [getattr(self, adder)() for adder in adders]

    not_a_state = True

    def state(self):
        return self.number

    def check_end(self):
        if self.number != len(self.threads):
            raise Violation(f"{self.number} were counted")

    def atomic(self):
        yield
        self.number += 1

    def in_two_steps(self):
        yield
        number = self.number
        yield
        self.number = number + 1

    def chooses(self):
        self.number += yield Choose(2)

    def waits(self):
        yield Wait(lambda: self.number == 5)


class Explore(unittest.TestCase):
    def test_counts_every_order_of_steps(self):
        self.assertEqual(explore(lambda: Counter(["atomic"] * 3)).interleavings, 6)
        self.assertEqual(explore(lambda: Counter(["atomic"] * 6)).interleavings, 720)

    def test_a_state_that_is_reached_again_is_one_state(self):
        self.assertEqual(explore(lambda: Counter(["atomic"] * 3)).states, 8)

    def test_finds_the_order_that_loses_an_addition(self):
        result = explore(lambda: Counter(["in_two_steps", "atomic"]))
        self.assertEqual(result.violation, "1 were counted")
        self.assertEqual(len(result.moves), 3)

    def test_finds_a_bad_choice(self):
        self.assertEqual(explore(lambda: Counter(["chooses"])).violation, "0 were counted")

    def test_finds_threads_that_wait_for_ever(self):
        self.assertIn("wait for ever", explore(lambda: Counter(["waits", "atomic"])).violation)


if __name__ == "__main__":
    unittest.main()
