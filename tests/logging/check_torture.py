#!/usr/bin/env python3
"""Runs log_torture and checks every line of its file: none lost, none with a wrong or absent id.

usage: check_torture.py PROGRAM [--lines N] [--threads T] [--seed S] [--backend own] [--jq]

--jq also lets jq group the lines by trace id, as a person at a terminal would.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile


def check(lines):
    """How many lines there are, and how many carry a wrong id or none at all; lines per trace."""
    count = wrong = missing = 0
    traces = collections.Counter()
    for line in lines:
        count += 1
        record = json.loads(line)
        want = re.match(r"want=(\S+)", record["message"]).group(1)
        got = record.get("trace_id", "none")
        tenant = record.get("tenant", want)
        if got != want or (want != "none" and tenant not in (want, "none", want[:64])):
            missing += got == "none"
            wrong += got != "none"
        traces[got] += 1
    return count, wrong, missing, traces


def groups_of_jq(path):
    program = "[group_by(.trace_id)[] | {key: (.[0].trace_id // \"none\"), value: length}] | from_entries"
    result = subprocess.run(["jq", "-s", program, path], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--lines", type=int, default=100000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backend", choices=["pool", "own"], default="pool")
    parser.add_argument("--jq", action="store_true")
    arguments = parser.parse_args()
    if os.environ.get("CTX_TEST_FULL") == "1":
        arguments.lines = max(arguments.lines, 1000000)

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "lines.jsonl")
        subprocess.run([arguments.program, "--lines", str(arguments.lines), "--threads",
                        str(arguments.threads), "--seed", str(arguments.seed), "--out", path,
                        "--backend", arguments.backend],
                       check=True)
        with open(path, encoding="utf-8") as file:
            count, wrong, missing, traces = check(file)
        print(f"lines={count} wrong={wrong} missing={missing} traces={len(traces)}")
        right = count == arguments.lines and wrong == 0 and missing == 0
        # A torture that never leaves its scopes, or never enters one, would prove nothing.
        right &= len(traces) > arguments.lines // 50 and 0 < traces["none"] < count
        if arguments.jq:
            right &= groups_of_jq(path) == dict(traces)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
