#!/usr/bin/env python3
"""Plants faults in a copy of the library and expects the tests to notice each.

usage: run.py [--jobs N] [--only NAME...] [--list] [--check]

Compiles src/{baggage,context,executors,metrics} without the adapters, and the tests that faults.py
names, without CMake, then for each fault again what it reaches. A fault is noticed when each of its
tests fails, crashes, hangs or does not compile. Exit status 1 when a fault is not noticed, when its text is no longer in the
source, or when a test fails without any fault. Uses ccache if there is one. --check looks at the
texts alone and takes no time.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from faults import FAULTS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = ("src/baggage/", "src/context/", "src/executors/", "src/metrics/")
ADAPTERS = re.compile(r"src/executors/asio|src/metrics/(civet|exposer|plain_ex|prometheus_|gzip|otlp_|"
                      r"http_re|http_url|push)")
SHARED_TEST_SOURCES = {"executors/coroutine2_test.cpp", "executors/fiber_test.cpp",
                       "executors/boost_fiber_test.cpp", "metrics/cost_test.cpp"}  # with an allocator that counts
COMMON = ["-std=c++20", "-pthread", "-w", "-Iinclude", "-Isrc", "-Itests"]
BUILDS = {
    "release": ["g++", "-O2", "-DNDEBUG", "-DCTX_SYMMETRIC_TRANSFER"],
    "asan": ["g++", "-O1", "-g1", "-fsanitize=address", "-fno-omit-frame-pointer"],
    "clang-asan": ["clang++", "-O2", "-g1", "-fsanitize=address", "-fno-omit-frame-pointer"],
}
TIME_LIMIT = 120  # seconds for a test program


class DoesNotCompile(Exception):
    pass


def library_sources():
    for folder in LIBRARY:
        for name in sorted(os.listdir(os.path.join(ROOT, folder))):
            if name.endswith(".cpp") and not ADAPTERS.match(folder + name):
                yield folder + name


def link_flags():
    packages = ["absl_statusor", "absl_status", "absl_strings", "absl_cord", "absl_hash"]
    found = subprocess.run(["pkg-config", "--libs", *packages], capture_output=True, text=True,
                           check=True)
    return ["-lgmock", "-lgtest", "-lgtest_main", "-lboost_context", "-lboost_fiber", "-ldl",
            *found.stdout.split()]


class Tree:
    """A copy of the sources, compiled in one way; what a fault does not reach is the base's."""

    def __init__(self, folder, build, base=None):
        self.folder = folder
        self.build = build
        self.base = base
        for name in ("include", "src"):
            shutil.copytree(os.path.join(ROOT, name), os.path.join(folder, name))
        os.symlink(os.path.join(ROOT, "tests"), os.path.join(folder, "tests"))

    def plant(self, fault):
        path = os.path.join(self.folder, fault.file)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.planted = fault.file
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(fault.was, fault.becomes))

    def object_of(self, source):
        """Compiles a source, unless the base has it as it would be. @return the object's path"""
        if self.base is not None and self.planted not in self.base.reads(source):
            return self.base.object_of(source)
        path = os.path.join(self.folder, source.replace("/", "_") + ".o")
        if not os.path.exists(path):
            launcher = ["ccache"] if shutil.which("ccache") else []
            self.compile([*launcher, *BUILDS[self.build], *COMMON, "-MD", "-c", source, "-o", path])
        return path

    def reads(self, source):
        with open(self.object_of(source)[:-2] + ".d", encoding="utf-8") as file:
            return file.read().replace("\\\n", " ").split()

    def compile(self, command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "CCACHE_NOHASHDIR": "1"})
        if done.returncode != 0:
            raise DoesNotCompile(done.stderr)

    def program_of(self, test):
        sources = ["tests/" + test, *library_sources()]
        if test in SHARED_TEST_SOURCES:
            sources.append("tests/support/counting_allocator.cpp")
        program = os.path.join(self.folder, test.replace("/", "_")[:-len(".cpp")])
        objects = [self.object_of(source) for source in sources]
        self.compile([*BUILDS[self.build], *objects, "-pthread", "-o", program, *link_flags()])
        return program

    def verdict_of(self, test, which):
        """How a test went: None if well."""
        try:
            program = self.program_of(test)
            done = subprocess.run([program, f"--gtest_filter={which}"], capture_output=True,
                                  text=True, errors="replace", timeout=TIME_LIMIT,
                                  env={**os.environ, "MALLOC_PERTURB_": "165"})
        except DoesNotCompile as error:
            return "does not compile: " + first_line(str(error), "error")
        except subprocess.TimeoutExpired:
            return "hangs"
        if done.returncode == 0:
            return None
        failed = first_line(done.stdout, "[  FAILED  ]")
        report = first_line(done.stderr, "ERROR: AddressSanitizer")
        return report or failed or f"crashes ({done.returncode})"


def first_line(text, words):
    for line in text.splitlines():
        if words in line:
            return line.strip()[:110]
    return ""


def applies(fault):
    with open(os.path.join(ROOT, fault.file), encoding="utf-8") as file:
        return file.read().count(fault.was) == 1


def check_base(tree, faults, pool):
    """The tests without a fault, all of them at once. @return whether they are well"""
    sources = list(library_sources()) + ["tests/support/counting_allocator.cpp"]
    tests = sorted({test for fault in faults for test in fault.noticed_by})
    sources += ["tests/" + test for test, _ in tests]
    list(pool.map(tree.object_of, sorted(set(sources))))
    good = True
    for test, which in tests:
        verdict = tree.verdict_of(test, which)
        if verdict is not None:
            print(f"without a fault, in the build {tree.build}: {test}: {verdict}")
            good = False
    return good


def try_fault(fault, base, folder):
    """@return whether all tests that must notice it did"""
    start = time.monotonic()
    tree = Tree(os.path.join(folder, fault.name), fault.build, base)
    tree.plant(fault)
    lines = []
    noticed = True
    for test, which in fault.noticed_by:
        verdict = tree.verdict_of(test, which)
        noticed = noticed and verdict is not None
        lines.append(f"    {os.path.basename(test)}: {verdict or 'NOT NOTICED'}")
    shutil.rmtree(tree.folder)
    seconds = time.monotonic() - start
    print(f"{'noticed ' if noticed else 'SURVIVES'} {fault.name} ({seconds:.0f} s)",
          *lines, sep="\n", flush=True)
    return noticed


def run(faults, folder, jobs):
    good = True
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for build in BUILDS:
            of_build = [fault for fault in faults if fault.build == build]
            if not of_build:
                continue
            base = Tree(os.path.join(folder, build), build)
            try:
                good = check_base(base, of_build, pool) and good
            except DoesNotCompile as error:
                sys.exit(f"run: without a fault, in the build {build}:\n{error}")
            noticed = list(pool.map(lambda fault: try_fault(fault, base, folder), of_build))
            good = good and all(noticed)
    return good


def main():
    parser = argparse.ArgumentParser(usage=__doc__.splitlines()[2].removeprefix("usage: "))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    faults = [fault for fault in FAULTS if not arguments.only or fault.name in arguments.only]
    if not faults:
        sys.exit(f"run: no fault is called {' or '.join(arguments.only)}")
    if arguments.list:
        print(*[fault.name for fault in faults], sep="\n")
        return
    stale = [fault.name for fault in faults if not applies(fault)]
    for name in stale:
        print(f"STALE    {name}: its text does not occur once in the source")
    if arguments.check:
        print(f"{len(faults) - len(stale)} of {len(faults)} faults can be planted")
        sys.exit(1 if stale else 0)
    with tempfile.TemporaryDirectory(prefix="ctx_mutation_") as folder:
        good = run([fault for fault in faults if fault.name not in stale], folder, arguments.jobs)
    print(f"{len(faults)} faults: {'each was noticed' if good and not stale else 'FAILED'}")
    sys.exit(0 if good and not stale else 1)


main()
