#!/usr/bin/env python3
"""Reads the source tree as text and names every place that breaks a rule of CONTRIBUTING.md.

usage: check_tree.py ROOT [--installed FILE]

--installed FILE lists the headers that some component installs, one path below include/ per line.
Prints `path:line: rule` for each finding; exit status 1 when there is any.
"""
import argparse
import os
import re
import sys

# A layer may include itself and what is listed for it.
LAYERS = {
    "baggage": set(),
    "context": {"baggage"},
    "propagation": {"baggage", "context"},
    "executors": {"baggage", "context"},
    "tracing": {"baggage", "context"},
    "logging": {"baggage", "context", "tracing"},
    "metrics": {"baggage", "context", "tracing"},
}
LAYERS["integrations"] = set(LAYERS)
LAYERS["testing"] = set(LAYERS)

MAX_HEADER = 350
MAX_SOURCE = 400
MAX_TEST = 600
MACROS_ONLY = ("include/ctx/export.hpp", "include/ctx/version.hpp")
SKIPPED_FOLDERS = {".git", ".cache", "build", "node_modules", "__pycache__"}


class Tree:
    """The text files below a folder, and what was found in them."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        self.findings = []
        for folder, below, names in os.walk(root):
            below[:] = sorted(set(below) - SKIPPED_FOLDERS)
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), root)
                try:
                    with open(os.path.join(root, path), encoding="utf-8") as file:
                        self.files[path] = file.read()
                except (UnicodeDecodeError, OSError):
                    continue  # a picture, a fuzzer's input, a dangling link

    def add(self, path, line, rule):
        self.findings.append(f"{path}:{line}: {rule}")

    def cxx(self, *folders):
        for path, text in self.files.items():
            if path.endswith((".hpp", ".cpp")) and path.startswith(folders or ("",)):
                yield path, text

    def grep(self, path, pattern, rule):
        for number, line in enumerate(self.files[path].split("\n"), 1):
            if re.search(pattern, line):
                self.add(path, number, rule)


def opening_comment(text):
    lines = []
    for line in text.split("\n"):
        if not line.startswith("//"):
            break
        lines.append(line)
    return "\n".join(lines)


def check_public_headers(tree):
    for path, text in tree.cxx("include/"):
        if "#pragma once" not in text:
            tree.add(path, 1, "no #pragma once")
        # Umbrella headers (directly below include/ctx) only list other headers.
        umbrella = path.count("/") == 2 and "namespace" not in text
        if "/detail/" in path or path in MACROS_ONLY or umbrella:
            continue
        for word in ("Threads", "Errors", "Cost"):
            if not re.search(rf"^// *{word}\b", opening_comment(text), re.M):
                tree.add(path, 1, f"opening comment has no paragraph '{word}'")


def layer_of(path):
    match = re.match(r"(?:include/ctx|src)/(\w+)/", path)
    return match.group(1) if match and match.group(1) in LAYERS else None


def check_layers(tree):
    for path, text in tree.cxx("include/", "src/"):
        layer = layer_of(path)
        if layer is None:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            public = re.match(r'\s*#\s*include\s+[<"]ctx/(\w+)/', line)
            private = re.match(r'\s*#\s*include\s+"(\w+)/', line)
            if public and public.group(1) in LAYERS:
                if public.group(1) not in LAYERS[layer] | {layer}:
                    tree.add(path, number, f"{layer} may not include {public.group(1)}")
            elif private and private.group(1) in LAYERS and private.group(1) != layer:
                tree.add(path, number, f"private header of {private.group(1)}")


def check_lengths(tree):
    for path, text in tree.cxx():
        limit = MAX_HEADER if path.endswith(".hpp") else MAX_SOURCE
        if path.startswith("tests/"):
            limit = MAX_TEST
        if text.count("\n") > limit:
            tree.add(path, limit, f"longer than {limit} lines")


def check_words(tree):
    for path, _ in tree.cxx():
        tree.grep(path, r"\b(TODO|FIXME|XXX)\b", "unfinished by its own words")
        tree.grep(path, r"\bnamespace ctx::spdlog\b", "would hide ::spdlog inside ctx")
    for path, _ in tree.cxx("tests/"):
        tree.grep(path, r"\b(sleep_for|sleep_until|usleep|sleep)\s*\(",
                  "sleeps; wait for the event instead")
        tree.grep(path, r"\bDISABLED_|\bGTEST_SKIP\b", "test switched off")
    for path in tree.files:
        tree.grep(path, r"(?<![\w.])/(home|root|work)/", "path of one machine")


def check_version(tree):
    version = re.search(r'#define CTX_VERSION_STRING "(\d+)\.(\d+)\.(\d+)"',
                        tree.files.get("include/ctx/version.hpp", ""))
    if not version:
        tree.add("include/ctx/version.hpp", 1, "no version")
        return
    major, minor, _ = version.groups()
    for path, text in tree.files.items():
        if path.startswith("tests/"):
            continue  # a consumer test asks for versions that do not exist
        for wanted in re.finditer(r"find_package\(ctx (\d+)\.(\d+)", text):
            if wanted.groups() != (major, minor):
                tree.add(path, text.count("\n", 0, wanted.start()) + 1,
                         f"asks for {'.'.join(wanted.groups())}, this is {major}.{minor}")
    changelog = tree.files.get("CHANGELOG.md", "")
    headings = re.findall(r"^## \[([^\]]+)\]", changelog, re.M)
    released = [heading for heading in headings if heading != "Unreleased"]
    if "Unreleased" not in headings[:1]:
        tree.add("CHANGELOG.md", 1, "does not begin with [Unreleased]")
    if released and tuple(map(int, released[0].split("."))) > tuple(map(int, version.groups())):
        tree.add("CHANGELOG.md", 1, f"releases {released[0]}, later than version.hpp")


def check_examples(tree):
    listed = tree.files.get("examples/README.md", "")
    names = set()
    for path, _ in tree.cxx("examples/"):
        names.add(path.split("/")[1])
    for name in sorted(names):
        stem = name.removesuffix(".cpp").removesuffix(".hpp")
        if not re.search(rf"\b{re.escape(stem)}\b", listed):
            tree.add(f"examples/{name}", 1, "not listed in examples/README.md")


def check_installed(tree, installed):
    headers = {path.removeprefix("include/") for path, _ in tree.cxx("include/")}
    for path in sorted(headers - installed):
        tree.add(f"include/{path}", 1, "no component installs it")


def check(root, installed=None):
    tree = Tree(root)
    check_public_headers(tree)
    check_layers(tree)
    check_lengths(tree)
    check_words(tree)
    check_version(tree)
    check_examples(tree)
    if installed is not None:
        check_installed(tree, installed)
    return sorted(tree.findings)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root")
    parser.add_argument("--installed")
    arguments = parser.parse_args()
    installed = None
    if arguments.installed:
        with open(arguments.installed, encoding="utf-8") as file:
            installed = set(file.read().split())
    findings = check(arguments.root, installed)
    print("\n".join(findings))
    print(f"check_tree: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
