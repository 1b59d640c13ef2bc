#!/usr/bin/env python3
"""Runs examples/propagation_service and looks at what it sends.

usage: service_test.py SERVICE VECTORS

SERVICE is the program, VECTORS data/vectors.json (data/README.md says what is in it). A server of this
script's own on a free port of 127.0.0.1 is where the service's calls arrive.
"""
import base64
import concurrent.futures
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import unittest
import urllib.parse

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
TIMEOUT = 60

# What the tokens of the vectors match; data/README.md says what they stand for.
NOT_ZERO = "(?!0+(?:[^0-9a-f]|$))"
TOKENS = {
    "{any}": ".*",
    "{b3-sampled}": "(?:-0|-1|-d)?",
    "{flags}": "[0-9a-f]{2}",
    "{flags-unsampled}": "0[02]",
    "{flags12}": "[0-9a-f]{1,2}",
    "{fresh}": rf"(?!{TRACE}){NOT_ZERO}[0-9a-f]{{32}}",
    "{fresh16}": rf"(?!{TRACE[16:]}){NOT_ZERO}[0-9a-f]{{16}}",
    "{freshdec}": rf"(?!{int(TRACE[16:], 16)})[1-9][0-9]{{0,19}}",
    "{fresh-xray}": rf"Root=1-(?!{TRACE[:8]}-{TRACE[8:]})(?!0{{8}}-0{{24}})[0-9a-f]{{8}}-[0-9a-f]"
                    rf"{{24}};Parent={NOT_ZERO}[0-9a-f]{{16}};Sampled=[01?]",
    "{span}": rf"(?!{SPAN}|0{{16}})[0-9a-f]{{16}}",
    "{spandec}": rf"(?!{int(SPAN, 16)})[1-9][0-9]{{0,19}}",
}


class Callback:
    """Takes POSTs and keeps their header lines by path."""

    def __init__(self):
        self.calls = {}
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept_all, daemon=True).start()

    def accept_all(self):
        while True:
            peer, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        with peer, peer.makefile("rb") as file:
            path = file.readline().split(b" ")[1].decode()
            headers = []
            for line in iter(file.readline, b"\r\n"):
                name, value = line.rstrip(b"\r\n").split(b":", 1)
                headers.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))
            size = int(dict((n.lower(), v) for n, v in headers)["content-length"])
            body = file.read(size)
            with self.lock:
                self.calls.setdefault(path, []).append((headers, body))
            peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]")


class Service:
    """The service on a free port, with some OTEL_PROPAGATORS."""

    def __init__(self, propagators):
        environment = dict(os.environ, PORT="0")
        environment.pop("OTEL_PROPAGATORS", None)
        if propagators is not None:
            environment["OTEL_PROPAGATORS"] = propagators
        self.process = subprocess.Popen([SERVICE], env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.greeting = self.process.stdout.readline()
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", self.greeting).group(1))

    def send_bytes(self, data):
        """The status of the answer to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT) as peer:
            peer.sendall(data)
            with peer.makefile("rb") as file:
                return int(file.readline().split(b" ")[1]), file.read()

    def post(self, headers, body, path="/any/path"):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        lines = [("Host", "localhost"), ("Connection", "close"),
                 ("Content-Length", str(len(body)))] + list(headers)
        head = "".join(f"{name}: {value}\r\n" for name, value in lines)
        return self.send_bytes(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)

    def stop(self):
        """Its exit status and what it said on stderr."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, errors


def expanded(text):
    return re.sub(r"<(.)\*(\d+)>", lambda m: m.group(1) * int(m.group(2)), text)


def read_baggage(header):
    entries, properties = {}, {}
    for member in header.split(","):
        if not member.strip():
            continue
        pair, *rest = (part.strip(" \t") for part in member.split(";"))
        key, value = (part.strip(" \t") for part in pair.split("=", 1))
        entries[key] = urllib.parse.unquote(value, errors="replace")
        listed = ";".join(part.replace(" ", "").replace("\t", "") for part in rest)
        if listed:
            properties[key] = listed
    return entries, properties


class Vectors(unittest.TestCase):
    """Every vector over HTTP."""

    def check_header(self, name, pattern, sent, vector):
        if pattern is None or pattern == "{own-or-absent}" or pattern.startswith("!"):
            self.assertIsNone(sent, name)
            return
        expect = vector["expect"]
        if pattern == "{same-baggage}":
            entries, properties = read_baggage(sent or "")
            wanted = {k: expanded(v) for k, v in expect.get("baggage", {}).items()}
            self.assertEqual(entries, wanted)
            self.assertEqual(properties, expect.get("baggage_properties", {}))
            return
        self.assertIsNotNone(sent, name)
        if at_least := re.fullmatch(r"\{at-least:(\d+)\}", pattern):
            self.assertLessEqual(len(sent), 8192)
            self.assertGreaterEqual(len(sent.split(",")), int(at_least.group(1)))
            self.assertLessEqual(set(sent.split(",")), set(vector["in"][0][1].split(",")))
            return
        if decoded := re.fullmatch(r"\{decoded:(.*)\}", pattern):
            self.assertEqual(urllib.parse.unquote(sent), decoded.group(1))
            return
        if binary := re.fullmatch(r"\{bin:(.*)\}", pattern):
            sent = base64.b64decode(sent + "=" * (-len(sent) % 4)).hex()
            pattern = binary.group(1)
        parts = re.split(r"(\{[a-z0-9-]+\})", expanded(pattern))
        regex = "".join(TOKENS.get(part) or re.escape(part) for part in parts)
        self.assertRegex(sent, f"^(?:{regex})$")

    def test_all(self):
        with open(VECTORS, encoding="utf-8") as file:
            vectors = json.load(file)
        self.assertEqual(len(vectors), 233)
        vectors = [vector for vector in vectors if vector["format"] != "env"]
        for propagators in sorted({vector["propagators"] for vector in vectors}):
            service = Service(propagators)
            for number, vector in enumerate(vectors):
                if vector["propagators"] != propagators:
                    continue
                with self.subTest(vector["name"], propagators=propagators):
                    self.run_one(service, f"/vector/{number}", vector)
            self.assertEqual(service.stop()[0], 0)

    def run_one(self, service, path, vector):
        headers = [(name, expanded(value)) for name, value in vector["in"]]
        call = {"url": f"http://127.0.0.1:{CALLBACK.port}{path}", "arguments": [{"a": [1, None]}]}
        status, _ = service.post(headers, [call])
        self.assertEqual(status, 200)
        self.assertEqual(len(CALLBACK.calls[path]), 1)
        sent, body = CALLBACK.calls[path][0]
        self.assertEqual(json.loads(body), [{"a": [1, None]}])
        for name, pattern in vector["out"].items():
            lines = [value for sent_name, value in sent if sent_name == name]
            any_case = [value for sent_name, value in sent if sent_name.lower() == name]
            self.assertEqual(lines, any_case, "names are sent in lower case")
            self.assertLessEqual(len(lines), 1, name)
            self.check_header(name, pattern, lines[0] if lines else None, vector)


class Behaviour(unittest.TestCase):
    """What one service does with good and with bad requests."""

    @classmethod
    def setUpClass(cls):
        cls.service = Service(None)

    @classmethod
    def tearDownClass(cls):
        status, _ = cls.service.stop()
        if status != 0:
            raise AssertionError(f"the service ended with {status}")

    def sent(self, headers, path, count=1):
        """The traceparents of `count` calls that one request makes."""
        url = f"http://127.0.0.1:{CALLBACK.port}{path}"
        status, body = self.service.post(headers, [{"url": url, "arguments": []}] * count)
        self.assertEqual(status, 200, body)
        calls = CALLBACK.calls[path]
        self.assertEqual(len(calls), count)
        return [dict(headers)["traceparent"] for headers, _ in calls]

    def test_calls_of_one_request_have_spans_of_their_own_in_one_trace(self):
        fields = [value.split("-") for value in self.sent([], "/siblings", count=20)]
        self.assertEqual(len({trace for _, trace, _, _ in fields}), 1)
        self.assertEqual(len({span for _, _, span, _ in fields}), 20)

    def test_sixty_four_requests_at_once_keep_their_traces_apart(self):
        def one(number):
            trace = f"{number:032x}"
            url = f"http://127.0.0.1:{CALLBACK.port}/parallel/{number}"
            status, _ = self.service.post([("traceparent", f"00-{trace}-{SPAN}-01"),
                                           ("baggage", f"n={number}")],
                                          [{"url": url, "arguments": []}] * 3)
            return number, status
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            results = list(pool.map(one, range(1, 257)))
        self.assertEqual([status for _, status in results], [200] * 256)
        for number, _ in results:
            calls = CALLBACK.calls[f"/parallel/{number}"]
            self.assertEqual(len(calls), 3)
            for headers, _ in calls:
                self.assertEqual(dict(headers)["traceparent"].split("-")[1], f"{number:032x}")
                self.assertEqual(dict(headers)["baggage"], f"n={number}")

    def test_header_blocks_of_ten_kilobytes_and_a_hundred_lines_are_accepted(self):
        headers = [(f"x-filler-{i}", "v" * 80) for i in range(95)]
        self.assertEqual(self.service.post(headers, [])[0], 200)
        self.assertEqual(self.service.post([("baggage", "a=" + "v" * 10000)], [])[0], 200)
        self.assertEqual(self.service.post([("tracestate", "a=1,")] * 95, [])[0], 200)

    def test_hostile_header_blocks_are_answered(self):
        block = "a=%ff;p," * 9000
        self.assertEqual(self.service.post([("baggage", block)], [])[0], 431)
        self.assertEqual(self.service.post([("x", "y" * 1_000_000)], [])[0], 431)
        self.assertEqual(self.service.post([("baggage", "a=1")] * 3000, [])[0], 200)
        self.assertEqual(self.service.post([("baggage", "a=1")] * 30000, [])[0], 431)

    def test_every_byte_value_in_every_header_is_answered(self):
        for byte in range(256):
            for name in ("traceparent", "tracestate", "baggage"):
                status, _ = self.service.post([("traceparent", TRACEPARENT),
                                               (name, f"a={chr(byte)}b")], [])
                # Controls are no header text (RFC 9110 5.5): that is the client's error.
                control = (byte < 32 and byte != 9) or byte == 127
                self.assertIn(status, (200, 400) if control else (200,), (name, byte))

    def test_what_is_no_request_is_refused_in_words(self):
        nested = b"[" * 100_000
        for body in (b"", b"no json", b"{}", b"[1]", b'[{"url": 1}]', b"[[]]", nested,
                     b'[{"url": "http://a", "arguments": 1}]', b'[{"url": "\xff"}]'):
            status, answer = self.service.post([], body)
            self.assertEqual(status, 400, body[:40])
            self.assertIn(b'"error":"', answer)
        self.assertEqual(self.service.send_bytes(b"GET / HTTP/1.1\r\nHost: a\r\n"
                                                 b"Connection: close\r\n\r\n")[0], 405)
        self.assertEqual(self.service.send_bytes(b"\x16\x03\x01\x02\r\n\r\n")[0], 400)
        self.assertEqual(self.service.post([("Content-Length", "99999999999")], [])[0] // 100, 4)

    def test_calls_that_fail_are_said_in_the_answer(self):
        calls = [{"url": "http://127.0.0.1:1/", "arguments": []}, {"url": "ftp://a"},
                 {"url": "http://a b/\r\nx: y"}, {"url": "http://no.such.host.invalid/"}]
        status, body = self.service.post([], calls)
        self.assertEqual(status, 200)
        outcomes = json.loads(body.split(b"\r\n\r\n", 1)[1])["calls"]
        self.assertEqual(len(outcomes), 4)
        self.assertTrue(all(outcome["error"] for outcome in outcomes), outcomes)

    def test_a_connection_serves_several_requests_and_may_end_anywhere(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=TIMEOUT)
        for _ in range(3):
            connection.request("POST", "/", body="[]")
            self.assertEqual(connection.getresponse().read()[:1], b"{")
        connection.close()
        request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n[]"
        for size in range(0, len(request), 5):
            with socket.create_connection(("127.0.0.1", self.service.port)) as peer:
                peer.sendall(request[:size])
        self.assertEqual(self.service.post([], [])[0], 200)

    def test_a_port_that_is_taken_is_said_and_nothing_else_happens(self):
        result = subprocess.run([SERVICE, "--port", str(self.service.port)], capture_output=True,
                                text=True, timeout=TIMEOUT, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("Address already in use", result.stderr)

    def test_help_and_bad_arguments(self):
        result = subprocess.run([SERVICE, "--help"], capture_output=True, text=True,
                                timeout=TIMEOUT, check=False)
        self.assertEqual(result.returncode, 0)
        self.assertIn("OTEL_PROPAGATORS", result.stdout)
        for arguments in (["--port", "x"], ["--port", "65536"], ["--nosuch"]):
            result = subprocess.run([SERVICE, *arguments], capture_output=True, text=True,
                                    timeout=TIMEOUT, check=False)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertTrue(result.stderr)

    def test_names_that_are_not_available_are_said(self):
        service = Service("tracecontext,nosuchformat")
        self.assertIn("propagators: tracecontext\n", service.greeting)
        status, errors = service.stop()
        self.assertEqual(status, 0)
        self.assertIn("'nosuchformat'", errors)


EVERY_FORMAT = ("tracecontext,baggage,b3,b3multi,jaeger,xray,ottrace,datadog,xcloud,grpcbin,sw8,"
                "tracingplane")
HEADERS = ("traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-b3-sampled",
           "x-b3-flags", "uber-trace-id", "uberctx-k", "jaeger-debug-id", "jaeger-baggage",
           "x-amzn-trace-id", "ot-tracer-traceid", "ot-baggage-k", "x-datadog-trace-id",
           "x-datadog-origin", "x-datadog-tags", "x-cloud-trace-context", "grpc-trace-bin", "sw8",
           "sw8-correlation", "x-baggage")


class EveryFormat(unittest.TestCase):
    """All formats at once, and headers that nobody sends in good faith."""

    def setUp(self):
        self.service = Service(EVERY_FORMAT)

    def tearDown(self):
        self.assertEqual(self.service.stop()[0], 0)

    def sent(self, headers, path):
        call = {"url": f"http://127.0.0.1:{CALLBACK.port}{path}", "arguments": []}
        status, _ = self.service.post(headers, [call])
        return status, CALLBACK.calls.pop(path, [([], b"")])[0][0]

    def test_every_byte_value_in_every_header_is_answered(self):
        for byte in range(0, 256, 3):
            values = [(name, f"0{chr(byte)}1") for name in HEADERS]
            control = (byte < 32 and byte != 9) or byte == 127
            status, sent = self.sent(values, "/bytes")
            self.assertIn(status, (200, 400) if control else (200,), byte)
            for name, value in sent:
                self.assertRegex(value, r"^[ -~]*$", name)

    def test_headers_of_sixty_kilobytes_and_three_thousand_lines_are_answered(self):
        for name in HEADERS:
            for unit in ("a", "%", ",", "a=1,", ";", "-", ":"):
                self.assertEqual(self.sent([(name, unit * (60_000 // len(unit)))], "/long")[0], 200)
            self.assertEqual(self.sent([(name, "a=1")] * 2000, "/lines")[0], 200)
        many = [(f"uberctx-k{i}", "v") for i in range(3000)]
        status, sent = self.sent(many, "/many")
        self.assertEqual(status, 200)
        self.assertEqual(sum(name.startswith("uberctx-") for name, _ in sent), 180)

    def test_one_call_carries_one_span_in_every_format(self):
        _, lines = self.sent([("b3", f"{TRACE}-{SPAN}-d")], "/same")
        sent = dict(lines)
        span = sent["traceparent"][36:52]
        self.assertNotEqual(span, SPAN)
        self.assertEqual(sent["traceparent"], f"00-{TRACE}-{span}-01")
        self.assertEqual(sent["b3"], f"{TRACE}-{span}-d")
        self.assertEqual((sent["x-b3-traceid"], sent["x-b3-spanid"]), (TRACE, span))
        self.assertEqual(sent["uber-trace-id"], f"{TRACE}:{span}:0:03")
        self.assertEqual(sent["x-amzn-trace-id"],
                         f"Root=1-{TRACE[:8]}-{TRACE[8:]};Parent={span};Sampled=1")
        self.assertEqual((sent["ot-tracer-traceid"], sent["ot-tracer-spanid"]), (TRACE[16:], span))
        self.assertEqual(sent["x-datadog-trace-id"], str(int(TRACE[16:], 16)))
        self.assertEqual(sent["x-datadog-parent-id"], str(int(span, 16)))
        self.assertEqual(sent["x-datadog-tags"], f"_dd.p.tid={TRACE[:16]}")
        self.assertEqual(sent["x-cloud-trace-context"], f"{TRACE}/{int(span, 16)};o=1")
        self.assertEqual(base64.b64decode(sent["grpc-trace-bin"] + "=").hex(),
                         f"0000{TRACE}01{span}0201")


if __name__ == "__main__":
    SERVICE, VECTORS = sys.argv[1:3]
    CALLBACK = Callback()
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
