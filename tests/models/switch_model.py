#!/usr/bin/python3
"""Explores the switch protocol of coroutines and callbacks in every order of its steps.

usage: switch_model.py [--only NAME]

The steps are those of the headers (switch_code.py, switch_awaits.py: each method names the function
that it stands for), the programs are in switch_scenarios.py. In each of their states must hold:

  * a coroutine, a foreign await_suspend() that it began, and a callback see their own context;
  * a thread has its own context and its own Scopes back after every task;
  * every reference is given up exactly once, every frame and every node is freed exactly once;
  * nothing is touched that was freed, or that belongs to a coroutine another thread runs by now;
  * the context in a thread's word is alive, whenever a signal handler comes to read it;
  * nobody waits for ever.

Then each fault of switch_mutants.py must break one of them. Exit status 1 when one survives, or
when the protocol as it is breaks one itself. --only explores a single scenario or mutant.

A store into a thread's own word is a step too, that the others' steps are explored around; in the
scenarios marked as coarse only with CTX_TEST_FULL=1.
"""
import argparse
import os
import sys

from explore import explore
from switch_awaits import Code
from switch_mutants import MUTANTS
from switch_scenarios import ALL


def explore_protocol(scenario):
    result = explore(lambda: scenario(Code))
    print(f"{scenario.__name__:28} {result.states:6} states {result.interleavings:>20} "
          f"interleavings  {result.violation or 'ok'}", flush=True)
    if result.violation:
        print("    order of the threads' steps:", *[thread for thread, _ in result.moves])
    return result.violation is None


def explore_mutant(mutant, named):
    """In each scenario that is said to notice it."""
    all_noticed = True
    for scenario in named:
        result = explore(lambda: scenario(mutant))
        verdict = f"found: {result.violation}" if result.violation else "SURVIVES"
        print(f"{mutant.__name__:28} {scenario.__name__:16} {verdict}", flush=True)
        all_noticed = all_noticed and result.violation is not None
    return all_noticed


def main():
    parser = argparse.ArgumentParser(usage=__doc__.splitlines()[2].removeprefix("usage: "))
    parser.add_argument("--only")
    only = parser.parse_args().only
    if os.environ.get("CTX_TEST_FULL"):
        for scenario in ALL:
            scenario.coarse = False
    scenarios = [each for each in ALL if only in (None, each.__name__)]
    mutants = [each for each in MUTANTS if only in (None, each[0].__name__)]
    if not scenarios and not mutants:
        sys.exit(f"switch_model: nothing is called {only}")
    good = [explore_protocol(each) for each in scenarios]
    good += [explore_mutant(*each) for each in mutants]
    print(f"{len(good) - good.count(False)} of {len(good)} as they should be")
    sys.exit(0 if all(good) else 1)


main()
