#!/usr/bin/env python3
"""Gives the rides demo what nobody should give it: clear errors, nothing crashes, requests go on.

usage: bad_input.py DEMO
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile

from demo import Demo, check, saw, wait_for

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


def continues_a_trace_that_it_is_given(demo):
    answer = demo.ride({"traceparent": f"00-{TRACE}-{SPAN}-03",
                        "baggage": "session=77,request=77-1,secret=hush"})
    check(answer["trace_id"] == TRACE, f"another trace: {answer}")
    spans = demo.json(f"/api/traces/{TRACE}")["spans"]
    roots = [span for span in spans if span["parent_span_id"] == SPAN]
    check(len(roots) == 1 and roots[0]["kind"] == "server", f"roots: {roots}")
    lines = demo.logs(TRACE)
    check(len(lines) >= 8, f"{len(lines)} lines")
    for line in lines:
        check(line["session"] == "77" and line["request"] == "77-1", f"baggage: {line}")
        check("hush" not in json.dumps(line), f"undeclared baggage: {line}")
    saw(f"{len(spans)} spans and {len(lines)} lines of a given trace, with its session and request")


def respects_that_a_caller_does_not_sample(demo):
    trace = TRACE[:-1] + "7"
    demo.ride({"traceparent": f"00-{trace}-{SPAN}-00"})
    lines = demo.logs(trace)
    check(len(lines) >= 8 and all(line["trace_flags"] == "00" for line in lines), f"{lines}")
    check(demo.get(f"/api/traces/{trace}")[0] == 404, "recorded although it is not sampled")
    saw("log lines but no spans of an unsampled trace")


def goes_on_with_broken_headers(demo):
    broken = [
        b"traceparent: 00-ffff-1-01",
        b"traceparent: \xff\xfe\x00"[:15] + b"\xff",
        f"traceparent: 00-{'0' * 32}-{SPAN}-01".encode(),
        f"traceparent: 00-{TRACE}-{SPAN}-01\r\ntraceparent: 00-{TRACE}-{SPAN}-01".encode(),
        b"tracestate: " + b"=" * 2000,
        b"baggage: session=%FF%FE,request=%C3%28",
        b"baggage: session=\xff\xfe\xfd",
        b"baggage: " + b",;=" * 5000,
        b"baggage: session=" + b"x" * 20000,
        b"baggage: session=%0A%1B%5B31m%E2%80%A8",
    ]
    for header in broken:
        request = (b"GET /dispatch?customer=123 HTTP/1.1\r\nHost: x\r\n" + header +
                   b"\r\nConnection: close\r\n\r\n")
        answer = demo.raw(request)
        check(answer.startswith(b"HTTP/1.1 200 "), f"{header[:60]}: {answer[:300]}")
        ride = json.loads(answer.split(b"\r\n\r\n", 1)[1])
        lines = demo.logs(ride["trace_id"])
        check(len(lines) >= 8, f"{header[:60]}: {len(lines)} lines")
        check(all(line["trace_id"] == ride["trace_id"] for line in lines), f"{lines}")
    counted = re.findall(r"^(ctx_\w+_total) ([1-9]\d*)$", demo.metrics(), re.M)
    check(any(name.startswith("ctx_propagation") for name, _ in counted),
          f"what was dropped is not counted: {counted}")
    saw(f"{len(broken)} rides with broken headers; counted: " +
        ", ".join(f"{name} {count}" for name, count in counted))


def refuses_what_is_too_big_or_no_http(demo):
    line = b"GET /dispatch?customer=123 HTTP/1.1\r\nHost: x\r\n"
    for what, request, wanted in [
            ("a header of 1 MB", line + b"baggage: a=" + b"x" * (1 << 20) + b"\r\n\r\n", b"431"),
            ("1 MB of headers", line + b"".join(b"x-%d: y\r\n" % i for i in range(90000)) +
             b"\r\n", b"431"),
            ("a target of 1 MB", b"GET /" + b"x" * (1 << 20) + b" HTTP/1.1\r\n\r\n", b"431"),
            ("a body of 1 GB", line + b"Content-Length: 1000000000\r\n\r\n", b"413"),
            ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
            ("HTTP/9", b"GET / HTTP/9.9\r\n\r\n", b"400")]:
        answer = demo.raw(request)
        check(answer.startswith(b"HTTP/1.1 " + wanted), f"{what}: {answer[:200]}")
        check(b'{"error":' in answer, f"{what}: {answer[:400]}")
    check(demo.raw(line[:20]) == b"", "an answer to half a request")
    demo.ride()
    saw("431, 413 and 400 with an error for what is too big or no HTTP; rides go on")


def explains_what_it_cannot_do(demo):
    for path, wanted in [("/dispatch", 400), ("/dispatch?customer=", 400),
                         ("/dispatch?customer=12%0A", 400), ("/dispatch?customer=999", 404),
                         ("/dispatch?customer=" + "9" * 5000, 404),
                         ("/api/traces/xyz", 404), ("/api/traces/" + "0" * 32, 404),
                         ("/nothing", 404), ("/..%2f..%2fetc/passwd", 404)]:
        status, _, body = demo.get(path)
        check(status == wanted and json.loads(body)["error"], f"{path[:60]}: {status} {body[:200]}")
    check(demo.get("/api/logs?trace_id=xyz")[2] == "", "log lines of no trace")
    for path in ("/api/state", "/dispatch?customer=392"):
        answer = demo.raw(f"POST {path} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode())
        check(answer.startswith(b"HTTP/1.1 405 "), f"POST {path}: {answer[:200]}")
    state = demo.json("/api/state")
    check(state["errors_total"] >= 5, f"errors: {state['errors_total']}")
    saw("400, 404 and 405 with an error each")


def waits_for_nobody_who_does_not_read(demo):
    frozen = []
    for _ in range(4):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect(("127.0.0.1", demo.port))
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        frozen.append(connection)
    rides = demo.metric("rides_total")
    for _ in range(5):
        demo.ride()
    wait_for("scrape beside frozen ones", lambda: demo.metric("rides_total") >= rides + 5)
    for connection in frozen:
        connection.close()
    saw("rides and scrapes beside four frozen scrapers")


def says_that_its_port_is_taken(demo, program):
    second = subprocess.run([program, "--port", str(demo.port)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, timeout=60)
    check(second.returncode == 1 and second.stdout == "", f"{second}")
    check(f"127.0.0.1:{demo.port}" in second.stderr and "in use" in second.stderr,
          f"unclear: {second.stderr}")
    saw(second.stderr.strip())


def refuses_options_that_it_cannot_understand(program):
    with tempfile.NamedTemporaryFile() as file:
        below_a_file = os.path.join(file.name, "log")
        for options, status in [(["--port", "70000"], 2), (["--port"], 2), (["--prot", "1"], 2),
                                (["--seconds", "0"], 2), (["--load", "nan"], 2),
                                (["--load", "-1"], 2), (["--log", below_a_file], 1)]:
            done = subprocess.run([program, *options], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, timeout=60)
            check(done.returncode == status, f"{options}: {done}")
            check(done.stderr.startswith("rides: ") and done.stderr.count("\n") == 1,
                  f"{options}: {done.stderr}")
    usage = subprocess.run([program, "--help"], stdout=subprocess.PIPE, text=True, check=True)
    check(usage.stdout.startswith("usage: rides"), usage.stdout)
    saw("one line for each option that it cannot understand")


def main():
    program = sys.argv[1]
    refuses_options_that_it_cannot_understand(program)
    with Demo(program) as demo:
        continues_a_trace_that_it_is_given(demo)
        respects_that_a_caller_does_not_sample(demo)
        goes_on_with_broken_headers(demo)
        refuses_what_is_too_big_or_no_http(demo)
        explains_what_it_cannot_do(demo)
        waits_for_nobody_who_does_not_read(demo)
        says_that_its_port_is_taken(demo, program)
        demo.ride()
    saw("a clean end after Ctrl-C")


main()
