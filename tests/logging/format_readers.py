#!/usr/bin/env python3
"""Lets jq, rsyslog and journald read the formats of lines, and find the ids in them.

usage: format_readers.py PROGRAM jq PAGE
       format_readers.py PROGRAM rsyslog
       format_readers.py PROGRAM journald     systemd's, in a mount namespace of its own

PROGRAM is log_formats; PAGE is docs/logging.md, whose table says where jq finds them.
"""
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NOTE = r'"ring" [twice]\n\o/'  # a line end is shown as one
OTHER_TRACE, OTHER_SPAN = 0xB, 0xC
JSON_FORMATS = {"json", "ecs", "otlp_json", "gcp", "datadog", "loki"}
DEADLINE = 30  # seconds, for each thing that is waited for


def expect(condition, what):
    if not condition:
        raise SystemExit("format_readers: " + what)


def lines_of(program, name):
    text = subprocess.run([program, name], check=True, capture_output=True, text=True).stdout
    lines = text.splitlines(keepends=True)
    expect(len(lines) == 3, f"{name}: {len(lines)} lines")
    return lines


def documented_paths(page):
    """The paths of trace and span id for each format, out of the page's table."""
    with open(page, encoding="utf-8") as file:
        rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| `(\.[^`]+)`[^|]*\| `(\.[^`]+)`", file.read(),
                          re.M)
    paths = {name: (trace, span) for name, trace, span in rows}
    expect(paths.keys() == JSON_FORMATS, f"the page has {sorted(paths)}")
    return paths


def expected_ids(name):
    """Of each line; null where there is no request."""
    traces, spans = [TRACE, f"{OTHER_TRACE:032x}", "null"], [SPAN, f"{OTHER_SPAN:016x}", "null"]
    if name == "gcp":
        traces[:2] = ["projects/acme/traces/" + trace for trace in traces[:2]]
    if name == "datadog":  # the second trace is of 64 bits
        traces[1] = str(OTHER_TRACE)
        spans[:2] = [str(int(SPAN, 16)), str(OTHER_SPAN)]
    return traces, spans


def jq(path, lines):
    result = subprocess.run(["jq", "-r", path], input="".join(lines), check=True, text=True,
                            capture_output=True, timeout=DEADLINE)
    return result.stdout.splitlines()


def read_with_jq(program, page):
    for name, paths in documented_paths(page).items():
        lines = lines_of(program, name)
        for path, expected in zip(paths, expected_ids(name)):
            got = jq(path, lines)
            expect(got == expected, f"{name}: jq {path} finds {got}, not {expected}")
    print("jq found the ids of", ", ".join(sorted(JSON_FORMATS)))


# mmpstrucdata reads structured data as RFC 5424 describes it.
RSYSLOG = r"""
global(workDirectory="{folder}" parser.escapeControlCharactersOnReceive="off")
module(load="imptcp")
module(load="mmpstrucdata")
template(name="seen" type="list") {{
    property(name="$!rfc5424-sd!opentelemetry!trace_id") constant(value="|")
    property(name="$!rfc5424-sd!opentelemetry!span_id") constant(value="|")
    property(name="$!rfc5424-sd!ctx@32473!tenant") constant(value="|")
    property(name="$!rfc5424-sd!ctx@32473!items") constant(value="|")
    property(name="$!rfc5424-sd!ctx@32473!note") constant(value="|")
    property(name="app-name") constant(value="|")
    property(name="syslogseverity-text") constant(value="|")
    property(name="msg") constant(value="\n")
}}
input(type="imptcp" path="{folder}/in" ruleset="read")
ruleset(name="read") {{
    action(type="mmpstrucdata")
    action(type="ompipe" pipe="{folder}/out" template="seen")
}}
"""


def readable(stream):
    expect(select.select([stream], [], [], DEADLINE)[0], "rsyslogd says nothing")
    return stream


def take_lines(pipe, count):
    text = b""
    while text.count(b"\n") < count:
        text += os.read(readable(pipe), 65536)
    return text.decode().splitlines()


def read_with_rsyslog(program):
    lines = lines_of(program, "rfc5424")
    with tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
        with open(folder + "/conf", "w", encoding="utf-8") as file:
            file.write(RSYSLOG.format(folder=folder))
        os.mkfifo(folder + "/out")
        pipe = os.open(folder + "/out", os.O_RDWR)
        ready.bind(folder + "/ready")
        daemon = subprocess.Popen(
            [shutil.which("rsyslogd") or "/usr/sbin/rsyslogd", "-n", "-f", folder + "/conf",
             "-i", folder + "/pid"], env={**os.environ, "NOTIFY_SOCKET": folder + "/ready"})
        try:
            readable(ready)  # as it tells systemd
            with socket.socket(socket.AF_UNIX) as to:
                to.connect(folder + "/in")
                to.sendall("".join(lines).encode())
            got = take_lines(pipe, len(lines))
        finally:
            daemon.terminate()
            daemon.wait(timeout=DEADLINE)
            os.close(pipe)
    expected = [f"{TRACE}|{SPAN}|acme|3|{NOTE}|checkout|info|order 17\\naccepted",
                f"{OTHER_TRACE:032x}|{OTHER_SPAN:016x}||||checkout|err|order 18 lost",
                "|||||checkout|warning|idle"]
    expect(got == expected, f"rsyslog reads {got}, not {expected}")
    print("rsyslog read", len(got), "lines")


JOURNAL_FOLDERS = ("/run/systemd/journal", "/run/log/journal")


def journal_entries():
    """What the journal has of the service, and that journald has all that was sent before."""
    subprocess.run(["journalctl", "--sync"], check=True, timeout=DEADLINE)
    with open("/etc/machine-id", encoding="utf-8") as file:
        folder = os.path.join(JOURNAL_FOLDERS[1], file.read().strip())
    result = subprocess.run(["journalctl", "-D", folder, "-o", "json", "--all",
                             "SYSLOG_IDENTIFIER=checkout"], check=True, capture_output=True,
                            text=True, timeout=DEADLINE)
    return [json.loads(line) for line in result.stdout.splitlines()]


def check_journal(entries):
    names = ("MESSAGE", "PRIORITY", "TRACE_ID", "SPAN_ID", "TRACE_FLAGS", "BAGGAGE_TENANT",
             "ITEMS", "NOTE")
    got = [[entry.get(name) for name in names] for entry in entries]
    expected = [["order 17\naccepted", "6", TRACE, SPAN, "01", "acme", "3",
                 '"ring" [twice]\n\\o/'],
                ["order 18 lost", "3", f"{OTHER_TRACE:032x}", f"{OTHER_SPAN:016x}", "00",
                 None, None, None],
                ["idle", "4"] + [None] * 6,
                ["x" * (1 << 20), "7", TRACE, SPAN, "01"] + [None] * 3]
    expect(got == expected, f"journald has {str(got)[:2000]}")
    hostile = entries[3]
    expect(hostile["_PID"] != "1" and hostile["X_PID"] == hostile["BAGGAGE__PID"] == "1"
           and hostile["X_MESSAGE"] == "forged\n_UID=0", "a name got through")
    print("journald has", len(entries), "entries")


def send_to_journald(program):
    """Runs where /run may be covered."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    for folder in JOURNAL_FOLDERS:
        os.makedirs(folder)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
        ready.bind("/run/ready")
        daemon = subprocess.Popen(["/lib/systemd/systemd-journald"],
                                  env={**os.environ, "NOTIFY_SOCKET": "/run/ready"})
        try:
            while b"READY=1" not in readable(ready).recv(4096):
                pass
            subprocess.run([program, "journald"], check=True, timeout=DEADLINE)
            check_journal(journal_entries())
        finally:
            daemon.terminate()
            daemon.wait(timeout=DEADLINE)


def read_with_journald(program):
    inside = subprocess.run(["unshare", "--map-root-user", "--mount", sys.executable, __file__,
                             program, "in_namespace"], check=False)
    raise SystemExit(inside.returncode)


def main():
    program, reader, *page = sys.argv[1:]
    {"jq": read_with_jq, "rsyslog": read_with_rsyslog, "journald": read_with_journald,
     "in_namespace": send_to_journald}[reader](program, *page)


if __name__ == "__main__":
    main()
