"""Starts the rides demo on a free port, asks it things, stops it."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from servers import DEADLINE, free_port, wait_for  # noqa: E402

OPENMETRICS = "application/openmetrics-text;version=1.0.0"


def fail(message):
    raise SystemExit("FAILED " + message)


def check(condition, message):
    if not condition:
        fail(message)


def saw(what):
    print("saw  " + what, flush=True)


def fetch(url, headers=None):
    """Status, headers and body of a GET."""
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read().decode()


class Demo:
    """A running demo. Use it in a `with` statement: leaving it stops the demo cleanly."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, "--port", "0", *arguments],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True)
        self.said = []
        self.port = None
        self.ready = threading.Event()
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()
        if not self.ready.wait(DEADLINE) or self.port is None:
            self.process.kill()
            fail(f"the demo does not start: {self.said}")
        self.url = f"http://127.0.0.1:{self.port}"

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            match = re.search(r"open http://127\.0\.0\.1:(\d+)/", line)
            if match:
                self.port = int(match[1])
                self.ready.set()
        self.ready.set()

    def get(self, path, headers=None):
        return fetch(self.url + path, headers)

    def json(self, path, headers=None):
        status, _, body = self.get(path, headers)
        check(status == 200, f"{path}: {status} {body}")
        return json.loads(body)

    def logs(self, trace_id):
        status, _, body = self.get(f"/api/logs?trace_id={trace_id}")
        check(status == 200, f"logs: {status}")
        return [json.loads(line) for line in body.splitlines()]

    def metrics(self, accept=OPENMETRICS):
        return self.get("/metrics", {"Accept": accept})[2]

    def metric(self, name):
        """The sum of a metric's series."""
        found = re.findall(rf"^{name}(?:{{.*?}})? ([0-9.e+-]+)", self.metrics(), re.M)
        check(found, f"no metric {name}")
        return sum(map(float, found))

    def ride(self, headers=None):
        return self.json("/dispatch?customer=392", headers)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)

    def raw(self, request):
        """Sends bytes, gives all that comes back until the connection ends."""
        with self.socket() as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before all of it was sent
            answer = b""
            try:
                while chunk := connection.recv(65536):
                    answer += chunk
            except ConnectionResetError:
                pass
            return answer

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            fail("Ctrl-C does not stop the demo")
        self.listener.join()
        self.process.stderr.close()
        if status != 0:
            fail(f"the demo ended with {status}:\n" + "\n".join(self.said))
