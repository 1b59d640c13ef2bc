#!/usr/bin/env python3
"""Pushes to Debian's Pushgateway and asks it what it got.

usage: pushgateway_peer.py PROGRAM      PROGRAM is metrics_push_program
"""
import json
import os
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from servers import DEADLINE, fetch, free_port, wait_for  # noqa: E402

def fail(message):
    raise SystemExit("pushgateway_peer: " + message)


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
        wait_for("ready Pushgateway", lambda: fetch(url + "/-/ready"))
        check(sys.argv[1], url)
    finally:
        gateway.terminate()
        gateway.wait(timeout=DEADLINE)


if __name__ == "__main__":
    main()
