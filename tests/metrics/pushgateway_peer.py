#!/usr/bin/env python3
"""Pushes to Debian's Pushgateway and asks it what it got.

usage: pushgateway_peer.py PROGRAM      PROGRAM is metrics_push_program
"""
import json
import socket
import subprocess
import sys
import time
import urllib.request

DEADLINE = 30  # seconds


def fail(message):
    raise SystemExit("pushgateway_peer: " + message)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def wait_until_ready(url):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try:
            return fetch(url + "/-/ready")
        except OSError:
            time.sleep(0.1)
    return fail("no Pushgateway")


def groups(url):
    return json.loads(fetch(url + "/api/v1/metrics"))["data"]


def check(program, url):
    for what in ("put", "post"):
        subprocess.run([program, "gateway", what, url], check=True, timeout=DEADLINE)
        found = groups(url)
        if len(found) != 1:
            fail(f"{len(found)} groups after {what}")
        labels = found[0]["labels"]
        wanted = {"job": "back/up", "host": "db 1%", "empty": "", "place": "café"}
        # The gateway leaves empty labels out.
        if {**{"empty": ""}, **labels} != wanted:
            fail(f"labels: {labels}")
        rides = found[0]["rides_total"]["metrics"][0]
        if rides["value"] != "3" or rides["labels"]["outcome"] != 'a"b\\\n':
            fail(f"rides_total: {rides}")
        wait = found[0]["wait_seconds"]["metrics"][0]
        if wait["count"] != "3" or wait["buckets"]["0.5"] != "1":
            fail(f"wait_seconds: {wait}")
    subprocess.run([program, "gateway", "delete", url], check=True, timeout=DEADLINE)
    if groups(url):
        fail("the group is still there")
    print("put, posted and deleted")


def main():
    port = free_port()
    gateway = subprocess.Popen(["prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{port}"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url)
        check(sys.argv[1], url)
    finally:
        gateway.terminate()
        gateway.wait(timeout=DEADLINE)


if __name__ == "__main__":
    main()
