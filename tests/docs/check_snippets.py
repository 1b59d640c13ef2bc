#!/usr/bin/env python3
"""What a page shows is what compiles and what comes out.

usage: check_snippets.py --root DIR --programs DIR PAGE.md...

Every fenced block of C++, CMake or output must stand below a comment that says where it is from:

  <!-- examples/a.cpp: handle -->   the lines between `[snippet handle]` and `[end]` of that file
  <!-- output of a -->              each line is printed by the program `a`, but for what is volatile

A block of another language (sh) needs none. Exit status 1: something differs, and it is printed.
"""

import argparse
import os
import re
import subprocess
import sys
import textwrap

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SOURCE = re.compile(r"^<!-- (?:(?P<file>[\w./-]+): (?P<snippet>\w+)|output of (?P<program>\w+)) -->$")
FREE = {"sh", "console"}

# What differs from run to run: times, threads, the ids that a program draws; and from one build to
# another: where it is.
VOLATILE = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "TIME"),
    (re.compile(r"\b1\d{9}\.\d{3}\b"), "TIME"),
    (re.compile(r"\S*/(?=examples/[\w/]+\.cpp:\d)"), ""),
    (re.compile(r'("code\.file\.path":")[^"]*/(examples/[\w/]+\.cpp","code\.line\.number":)\d+'),
     r"\1\2LINE"),
    (re.compile(r", \d+\.\d s old,"), ", TIME old,"),
    (re.compile(r"^\d+ (\w+: (?:no context|[0-9a-f]{32}-))", re.M), r"THREAD \1"),
    (re.compile(r"(span_id\W+)[0-9a-f]{16}"), r"\1SPAN"),
    (re.compile(r"(00-[0-9a-f]{32}-)[0-9a-f]{16}"), r"\1SPAN"),
]


def normalized(text):
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return text


def snippet_of(path, name):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found = re.search(rf"\[snippet {name}\]\n(.*?)^[^\n]*\[end\]", text, re.M | re.S)
    return textwrap.dedent(found.group(1)).strip("\n") if found else None


def blocks(page):
    """(language, content, the line above) of every fenced block."""
    for match in FENCE.finditer(page):
        above = page[: match.start()].rstrip("\n").rsplit("\n", 1)[-1]
        yield match.group(1), match.group(2).strip("\n"), above


def check_block(language, content, above, root, programs):
    source = SOURCE.match(above)
    if source is None:
        return None if language in FREE else f"no source is named above a block of '{language}'"
    if source["program"]:
        command = [os.path.join(programs, source["program"])]
        output = normalized(subprocess.run(command, capture_output=True, text=True,
                                           timeout=60, check=True).stdout).split("\n")
        missing = [line for line in content.split("\n") if normalized(line) not in output]
        return f"not printed by {source['program']}: {missing[0]}" if missing else None
    path = os.path.join(root, source["file"])
    snippet = snippet_of(path, source["snippet"]) if os.path.exists(path) else None
    if snippet is None:
        return f"{source['file']} has no snippet '{source['snippet']}'"
    return None if snippet == content else f"differs from {source['file']}: {source['snippet']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", required=True)
    parser.add_argument("--programs", required=True)
    parser.add_argument("pages", nargs="+")
    arguments = parser.parse_args()
    failures = checked = 0
    for name in arguments.pages:
        with open(os.path.join(arguments.root, name), encoding="utf-8") as file:
            page = file.read()
        for language, content, above in blocks(page):
            checked += 1
            problem = check_block(language, content, above, arguments.root, arguments.programs)
            if problem:
                failures += 1
                print(f"{name}: {problem}")
    print(f"{checked} blocks checked, {failures} differ")
    return 1 if failures or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
