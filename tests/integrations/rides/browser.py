#!/usr/bin/env python3
"""Drives the page of a running rides demo in headless Chromium.

usage: browser.py DEMO FOLDER [--screenshot FILE.png]

FOLDER holds rides_page.test.mjs; `npm ci` is run in it.
"""
import subprocess
import sys

from demo import Demo, wait_for


def main():
    program, folder, *options = sys.argv[1:]
    subprocess.run(["npm", "ci", "--no-progress"], cwd=folder, check=True, timeout=300)
    with Demo(program, "--load", "20") as demo:
        # Pictures are taken when there is something to see on them.
        wanted = 500 if options else 20
        wait_for("ride", lambda: demo.json("/api/state")["requests_total"] >= wanted)
        done = subprocess.run(["node", "rides_page.test.mjs", demo.url, *options], cwd=folder,
                              check=False, timeout=300)
    sys.exit(done.returncode)


main()
