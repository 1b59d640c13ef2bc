"""What tests against servers of 127.0.0.1 share."""
import socket
import time
import urllib.request

DEADLINE = 60  # seconds, for each thing that is waited for


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def wait_for(what, attempt):
    """Polls `attempt` until it gives something that is true, or ends the program."""
    end = time.monotonic() + DEADLINE
    last = None
    while time.monotonic() < end:
        try:
            last = attempt()
            if last:
                return last
        except OSError as error:
            last = error
        time.sleep(0.1)
    raise SystemExit(f"no {what} within {DEADLINE} s; last: {last}")
