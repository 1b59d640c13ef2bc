#!/usr/bin/env python3
"""Runs programs with libctx_log_preload.so in front of spdlog and reads the lines they write.

usage: preload_test.py --preload LIBRARY --program PROGRAM ... NAME

NAME is one of the tests below.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

LINE = re.compile(r"want=(\w+) left=\d+ \.*(?: trace_id=(\w{32}) span_id=(\w{16}))?(?: tenant=(\w+))?")
SENTINELS = 2  # lines of spdlog around a backtrace


def run(command, preload, more=(), environment=None):
    """Runs `command FILE more...`. Returns what it printed, its words on stderr, and the lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "lines.txt")
        result = subprocess.run(
            [*command, path, *more], capture_output=True, text=True,
            env={**os.environ, "LD_PRELOAD": " ".join(preload), **(environment or {})})
        if result.returncode != 0:
            raise SystemExit(f"{command}: {result.returncode}\n{result.stdout}{result.stderr}")
        with open(path, encoding="utf-8") as file:
            return result.stdout, result.stderr, file.read().splitlines()


class Torture:
    """What preload_torture wrote: `lines`, of which `wrong` and `missing`; `ids` had one."""

    def __init__(self, command, count, preload, **environment):
        self.lines = self.wrong = self.missing = self.ids = 0
        self.output, self.errors, lines = run(command, preload, [str(count), "8"], environment)
        for line in lines:
            self.read(line)
        print(f"lines={self.lines} ids={self.ids} wrong={self.wrong} missing={self.missing} "
              f"{self.output.strip()} {self.errors.strip()}")
        expect(self.lines == count + SENTINELS, "lines lost")

    def read(self, line):
        self.lines += 1
        if line.startswith("****"):
            self.wrong += "_id=" in line
            return
        match = LINE.fullmatch(line)
        if match is None:
            raise SystemExit("not a line of the program: " + line)
        want, trace, _, tenant = match.groups()
        self.ids += trace is not None
        self.missing += trace is None and want != "none"
        self.wrong += trace is not None and trace != want
        self.wrong += tenant is not None and tenant != want


def expect(condition, what):
    if not condition:
        raise SystemExit("preload_test: " + what)


def expect_right(torture):
    expect(torture.wrong == 0 and torture.missing == 0, "wrong or missing ids")
    # A program that never leaves its scopes, or never enters one, would prove nothing.
    expect(torture.lines // 4 < torture.ids < torture.lines * 9 // 10, "too few ids, or too many")
    expect(torture.errors == "", "words on stderr")


def expect_untouched(torture, said=""):
    expect(torture.ids == 0 and torture.wrong == 0, "ids in untouched lines")
    words = [line for line in torture.errors.split("\n") if line]
    expect(len(words) == (1 if said else 0) and all(said in line for line in words),
           "not what stderr was to say, once: " + said)


def has_no_wrong_and_no_missing_id(a):
    count = 1000000 if os.environ.get("CTX_TEST_FULL") == "1" else 100000
    torture = Torture([a.program], count, [a.preload])
    expect_right(torture)
    expect(torture.output == "allocations=0\n", "a line allocates")


def plugin_of_python(library):
    """A command that loads the library as a plugin, whose symbols nobody else sees."""
    host = ("import ctypes, sys\n"
            "torture = ctypes.CDLL(sys.argv[1]).preload_torture\n"
            "torture.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_void_p]\n"
            "sys.exit(torture(sys.argv[2].encode(), int(sys.argv[3]), int(sys.argv[4]), None))\n")
    return [sys.executable, "-c", host, library]


def reaches_a_plugin_that_keeps_spdlog_to_itself(a):
    expect_right(Torture(plugin_of_python(a.plugin), 2000, [a.preload]))


def shows_nothing_where_it_is_not_loaded_or_switched_off(a):
    expect_untouched(Torture([a.program], 2000, []))
    expect_untouched(Torture([a.program], 2000, [a.preload], CTX_LOG_PRELOAD="off"))
    expect_untouched(Torture([a.program], 2000, [a.preload], OTEL_SDK_DISABLED="true"))
    expect_untouched(Torture([a.program], 2000, [a.preload], CTX_LOG_PRELOAD="no"),
                     said="CTX_LOG_PRELOAD is neither on nor off: no")
    expect_right(Torture([a.program], 2000, [a.preload], CTX_LOG_PRELOAD="on"))


def shows_nothing_where_spdlog_is_header_only(a):
    expect_untouched(Torture([a.header_only], 2000, [a.preload]))
    expect_untouched(Torture(plugin_of_python(a.header_only_plugin), 2000, [a.preload]),
                     said="not for the spdlog in " + a.header_only_plugin)


def shows_nothing_with_another_spdlog_and_says_so(a):
    expect_untouched(Torture([a.program], 2000, [a.preload, a.other_spdlog]),
                     said="made for libspdlog.so.1.10, not for the spdlog in libspdlog.so.1.99")


def shows_nothing_beside_a_second_copy_of_ctx_and_says_so(a):
    expect_untouched(Torture([a.program], 2000, [a.preload, a.second_copy]),
                     said="2 copies of ctx in this process")


def shows_no_id_twice_and_makes_backtraces_exact(a):
    for preload, exact in (([], False), ([a.preload], True)):
        _, errors, lines = run([a.carried], preload)
        expect(errors == "", "words on stderr: " + errors)
        records = [json.loads(line) for line in lines]
        mine = [record for record in records if not record["message"].startswith("****")]
        got = [(record["message"], "want=" + record.get("trace_id", "none")) for record in mine]
        expect(len(records) == 21 and len(mine) == 15, "lines lost")
        right = sum(said == has for said, has in got)
        print(f"right={right} of {len(got)}")
        if exact:
            expect(right == len(got), f"not all lines are right: {got}")
        else:  # an id that is there is right
            expect(right < len(got) and all(has in (said, "want=none") for said, has in got),
                   f"wrong lines: {got}")


def exports_one_function(a):
    names = subprocess.run(["nm", "-DC", "--defined-only", a.preload], check=True,
                           capture_output=True, text=True).stdout
    print(names)
    expect(re.fullmatch(r"\w+ T spdlog::logger::log_it_\([^\n]*\)\n", names), "another export")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("preload", "program", "header-only", "plugin", "header-only-plugin", "carried",
                 "other-spdlog", "second-copy"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("name")
    arguments = parser.parse_args()
    globals()[arguments.name](arguments)


if __name__ == "__main__":
    main()
