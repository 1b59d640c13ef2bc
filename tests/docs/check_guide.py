#!/usr/bin/env python3
"""docs/runs-on.md and examples/runs_on belong together.

usage: check_guide.py --root DIR

Every row of the table links to examples of at most 30 lines that are run as tests and use what the
row says to do; every example of the folder is linked. Exit status 1: something is wrong, and it is
printed.
"""

import argparse
import os
import re
import sys

PAGE = "docs/runs-on.md"
FOLDER = "examples/runs_on"
COLUMNS = 4
MAX_LINES = 30

LINK = re.compile(r"\]\(\.\./(examples/[\w./-]+\.cpp)\)")
NAME = re.compile(r"ctx(?:::\w+)+")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def rows_of(page):
    """The cells of every row of the table, without its head."""
    rows = [re.split(r"(?<!\\)\|", line.strip("|")) for line in page.split("\n")
            if line.startswith("|")]
    return rows[2:]


def is_run(root, path):
    """Whether the folder's CMakeLists.txt makes a program of the file and compares its output."""
    folder, name = os.path.split(path)
    stem = re.escape(os.path.splitext(name)[0])
    adds = rf"^ *ctx_add_(?:example|row)\({stem}\s[^)]*\bPRINTS\b"
    return re.search(adds, read(root, f"{folder}/CMakeLists.txt"), re.M) is not None


def problems_of_example(root, path):
    if not os.path.exists(os.path.join(root, path)):
        yield f"{path} does not exist"
        return
    lines = read(root, path).count("\n")
    if lines > MAX_LINES:
        yield f"{path} has {lines} lines, more than {MAX_LINES}"
    if not is_run(root, path):
        yield f"{path} is not run by the CMakeLists.txt of its folder"


def problems_of_row(root, cells):
    title = cells[0].strip()
    if len(cells) != COLUMNS:
        yield f"'{title}': {len(cells)} columns in place of {COLUMNS}"
        return
    examples = LINK.findall(cells[3])
    if not examples:
        yield f"'{title}': no example"
    found = list(problem for path in examples for problem in problems_of_example(root, path))
    yield from found
    if found:
        return
    text = "".join(read(root, path) for path in examples)
    for name in NAME.findall(cells[1]):
        if not re.search(re.escape(name) + r"\b", text):
            yield f"'{title}': {name} is not in its example"


def problems_of_guide(root, page, rows):
    if not rows:
        yield "no table"
    for cells in rows:
        yield from problems_of_row(root, cells)
    linked = set(LINK.findall(page))
    for name in sorted(os.listdir(os.path.join(root, FOLDER))):
        path = f"{FOLDER}/{name}"
        if not name.endswith(".cpp"):
            continue
        if path not in linked:
            yield f"{path} is not linked"
        yield from problems_of_example(root, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", required=True)
    root = parser.parse_args().root
    page = read(root, PAGE)
    rows = rows_of(page)
    problems = list(dict.fromkeys(problems_of_guide(root, page, rows)))
    for problem in problems:
        print(f"{PAGE}: {problem}")
    print(f"{len(rows)} rows checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
