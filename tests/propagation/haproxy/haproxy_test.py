#!/usr/bin/env python3
"""HAProxy with its OpenTracing filter and Datadog's tracer in front of two propagation services and
two instances of the demo.

usage: haproxy_test.py SERVICE RIDES

HAProxy traces in Datadog's headers and chooses the instance by a member of the baggage; the services
continue its trace and send it on. Exit status 1: something was lost.
"""
import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../../integrations/rides"))
from demo import Demo, wait_for  # noqa: E402

PLUGIN = "/usr/lib/x86_64-linux-gnu/libdd_opentracing_plugin.so"
TIMEOUT = 30

TRACER = {"service": "haproxy", "agent_host": "127.0.0.1", "agent_port": 9, "sample_rate": 1.0,
          "propagation_style_extract": ["Datadog"], "propagation_style_inject": ["Datadog"]}

# The filter puts a name of its own in front of the headers that it writes.
FILTER = """
[ctx]
    ot-tracer datadog
        config dd.json
        plugin plugin.so
        option dontlog-normal
        no option disabled
        rate-limit 100.0
        scopes request
        scopes response

    ot-scope request
        extract "-in" use-headers
        span "HAProxy" child-of "-in" root
        inject "out" use-headers
        event on-frontend-http-request

    ot-scope response
        finish *
        event on-http-response
"""

PROXY = """
defaults
    mode http
    timeout connect 10s
    timeout client {timeout}s
    timeout server {timeout}s
frontend in
    bind 127.0.0.1:{port}
    filter opentracing id ctx config ot.cfg
    acl gold req.hdr(baggage) -m reg (^|,)[[:space:]]*tier=gold[[:space:]]*(;|,|$)
    http-response set-header x-backend %b
    acl ride path /dispatch
    use_backend gold-rides if gold ride
    use_backend rides if ride
    use_backend gold if gold
    default_backend standard
backend gold
    server s 127.0.0.1:{gold}
{rename}
backend standard
    server s 127.0.0.1:{standard}
{rename}
backend gold-rides
    server s 127.0.0.1:{gold_rides}
{rename}
backend rides
    server s 127.0.0.1:{rides}
{rename}
"""

RENAME = "\n".join(
    f"    http-request set-header x-datadog-{name} %[req.fhdr(out-x-datadog-{name})]"
    for name in ("trace-id", "parent-id", "sampling-priority", "tags"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Callback:
    """Keeps the headers of every call, in lower case."""

    def __init__(self):
        self.calls = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept_all, daemon=True).start()

    def accept_all(self):
        while True:
            peer, _ = self.socket.accept()
            with peer, peer.makefile("rb") as file:
                file.readline()
                headers = {}
                for line in iter(file.readline, b"\r\n"):
                    name, value = line.decode("latin-1").rstrip("\r\n").split(":", 1)
                    headers[name.lower()] = value.strip()
                file.read(int(headers.get("content-length", "0")))
                self.calls.append(headers)
                peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]")


def ended_spans(demo, trace_id):
    """The spans of a trace that are known, once none of them is open."""
    status, _, body = demo.get("/api/traces/" + trace_id)
    spans = json.loads(body)["spans"] if status == 200 else []
    return spans if all(span["ended"] for span in spans) else []


def end(process):
    process.terminate()
    process.wait(TIMEOUT)


def start_service(program, started):
    """Its port; leaving `started` ends it."""
    environment = dict(os.environ, PORT="0")
    process = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, text=True)
    started.callback(end, process)
    return int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline()).group(1))


class HAProxy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as started:  # also when something does not start
            cls.start(started)
            cls.started = started.pop_all()

    @classmethod
    def start(cls, started):
        cls.callback = Callback()
        folder = started.enter_context(tempfile.TemporaryDirectory())
        services = [start_service(SERVICE, started) for _ in range(2)]
        cls.rides = {}
        for name in ("gold-rides", "rides"):
            log = os.path.join(folder, name + ".log")
            cls.rides[name] = started.enter_context(Demo(RIDES, "--log", log))
        cls.port = free_port()
        # The tracer is looked for beside the configuration.
        os.symlink(PLUGIN, os.path.join(folder, "plugin.so"))
        ports = {"port": cls.port, "gold": services[0], "standard": services[1],
                 "gold_rides": cls.rides["gold-rides"].port, "rides": cls.rides["rides"].port,
                 "timeout": TIMEOUT, "rename": RENAME}
        for name, text in (("dd.json", json.dumps(TRACER)), ("ot.cfg", FILTER),
                           ("haproxy.cfg", PROXY.format(**ports))):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        # The master says when its worker is ready.
        proxy = subprocess.Popen(["haproxy", "-W", "-f", "haproxy.cfg"], cwd=folder,
                                 stderr=subprocess.PIPE, text=True)
        started.callback(end, proxy)
        cls.said = []
        for line in proxy.stderr:
            cls.said.append(line)
            if "Loading success" in line:
                break
        threading.Thread(target=proxy.stderr.read, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.started.close()

    def send(self, headers):
        """The backend that answered, its trace id, and the headers that it sent on."""
        del self.callback.calls[:]
        call = [{"url": f"http://127.0.0.1:{self.callback.port}/", "arguments": []}]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection.request("POST", "/", json.dumps(call), headers)
        response = connection.getresponse()
        body = json.loads(response.read())
        connection.close()
        self.assertEqual(response.status, 200, self.said)
        self.assertEqual(len(self.callback.calls), 1)
        return response.getheader("x-backend"), body["trace_id"], self.callback.calls[0]

    def test_a_trace_that_the_proxy_begins_goes_on(self):
        seen = set()
        for _ in range(2):
            _, trace_id, sent = self.send({})
            self.assertRegex(sent["x-datadog-trace-id"], "^[1-9][0-9]*$")
            self.assertEqual(int(sent["x-datadog-trace-id"]), int(trace_id[16:], 16))
            self.assertEqual(trace_id[:16], "0" * 16, "the proxy's ids have 64 bits")
            self.assertEqual(sent["x-datadog-sampling-priority"], "2", "the proxy's decision")
            seen.add(trace_id)
        self.assertEqual(len(seen), 2)

    def test_a_trace_from_before_the_proxy_goes_on(self):
        _, trace_id, sent = self.send({"x-datadog-trace-id": "42", "x-datadog-parent-id": "43",
                                       "x-datadog-sampling-priority": "2",
                                       "x-datadog-origin": "synthetics"})
        self.assertEqual(trace_id, f"{42:032x}")
        self.assertEqual(sent["x-datadog-trace-id"], "42")
        self.assertEqual(sent["x-datadog-sampling-priority"], "2")
        self.assertEqual(sent["x-datadog-origin"], "synthetics")
        self.assertNotIn(sent["x-datadog-parent-id"], ("0", "43"))
        self.assertTrue(sent["traceparent"].startswith(f"00-{42:032x}-"))

    def test_a_member_of_the_baggage_chooses_the_service(self):
        for baggage, backend in (("tier=gold", "gold"), ("a=1, tier=gold;p=1", "gold"),
                                 ("tier=silver", "standard"), ("xtier=gold", "standard")):
            chosen, _, sent = self.send({"baggage": baggage})
            self.assertEqual(chosen, backend, baggage)
            self.assertEqual(sent["baggage"], baggage.replace(", ", ","))

    def ride(self, headers):
        """The backend of a ride, and what the answer says of it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection.request("GET", "/dispatch?customer=392", headers=headers)
        response = connection.getresponse()
        body = json.loads(response.read())
        connection.close()
        self.assertEqual(response.status, 200, self.said)
        return response.getheader("x-backend"), body

    def test_a_ride_is_one_trace_with_the_proxy_in_front(self):
        _, ride = self.ride({"x-datadog-trace-id": "42", "x-datadog-parent-id": "43",
                             "x-datadog-sampling-priority": "2"})
        trace_id = f"{42:032x}"
        self.assertEqual(ride["trace_id"], trace_id)
        demo = self.rides["rides"]
        spans = wait_for("trace", lambda: ended_spans(demo, trace_id))
        known = {span["span_id"] for span in spans}
        outside = {span["parent_span_id"] for span in spans} - known
        self.assertEqual(len(outside), 1, "all but one span have their parent in the trace")
        self.assertNotEqual(outside, {f"{43:016x}"}, "the proxy's span is in between")
        self.assertGreaterEqual(len({span["service"] for span in spans}), 4)
        self.assertTrue(demo.logs(trace_id))

    def test_a_member_of_the_baggage_chooses_the_instance_of_the_demo(self):
        for baggage, backend in (("tier=gold", "gold-rides"), ("tier=silver", "rides")):
            chosen, ride = self.ride({"baggage": baggage})
            self.assertEqual(chosen, backend)
            self.assertTrue(self.rides[backend].logs(ride["trace_id"]))
            other = self.rides["rides" if backend == "gold-rides" else "gold-rides"]
            self.assertFalse(other.logs(ride["trace_id"]))


if __name__ == "__main__":
    SERVICE, RIDES = sys.argv[1:3]
    os.environ["OTEL_PROPAGATORS"] = "tracecontext,baggage,datadog"
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
