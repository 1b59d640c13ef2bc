#!/usr/bin/env python3
"""Lets other people's programs sort the lines of log_torture by request, as the shipped files say.

usage: log_readers.py PROGRAM {rsyslog,lnav} FILE

FILE is docs/rsyslog/ctx.conf or docs/lnav/ctx.json. What comes out is compared with the lines.
"""
import collections
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

LINES = 2000
DEADLINE = 60  # seconds, for all that is waited for


def expect(condition, what):
    if not condition:
        raise SystemExit("log_readers: " + what)


def lines_by_trace(path):
    traces = collections.defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            traces[json.loads(line).get("trace_id", "none")].append(line)
    expect(sum(map(len, traces.values())) == LINES and len(traces) > LINES // 50, "too few lines")
    return traces


def configured(template, folder, lines):
    """The shipped configuration, with paths of this run, and a work folder."""
    with open(template, encoding="utf-8") as file:
        text = file.read()
    for path, here in (("/var/log/orders.jsonl", lines), ("/var/log/requests", folder + "/requests")):
        expect(path in text, path + " is not in the configuration")
        text = text.replace(path, here)
    path = folder + "/rsyslog.conf"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'global(workDirectory="{folder}")\n{text}')
    return path


def files_in(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found[name.removesuffix(".jsonl")] = file.readlines()
    return found


def sort_with_rsyslog(config, folder, lines):
    """Runs rsyslogd until it has written as many lines as there are. Needs no privileges."""
    requests = folder + "/requests"
    os.mkdir(requests)
    path = configured(config, folder, lines)
    daemon = subprocess.Popen([shutil.which("rsyslogd") or "/usr/sbin/rsyslogd", "-n", "-f", path,
                               "-i", folder + "/rsyslog.pid"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        end = time.monotonic() + DEADLINE
        while sum(map(len, files_in(requests).values())) < LINES:
            expect(daemon.poll() is None, "rsyslogd ended")
            expect(time.monotonic() < end, "rsyslogd does not write all lines")
            time.sleep(0.05)
    finally:
        daemon.terminate()
        print(daemon.communicate(timeout=DEADLINE)[0], end="")
    return files_in(requests)


def rsyslog(config, folder, lines, traces):
    got = sort_with_rsyslog(config, folder, lines)
    for trace in traces.keys() | got.keys():
        # Each file has its request's lines and no other, in their order.
        expect(got.get(trace) == traces.get(trace), f"the lines of {trace} differ")


def query(statement, lines, environment):
    result = subprocess.run(["lnav", "-n", "-c", ";" + statement, "-c", ":write-csv-to -", lines],
                            check=True, capture_output=True, text=True, env=environment,
                            stdin=subprocess.DEVNULL, timeout=DEADLINE)
    return list(csv.DictReader(io.StringIO(result.stdout)))


def lnav(description, folder, lines, traces):
    environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder}
    subprocess.run(["lnav", "-i", description], check=True, env=environment,
                   stdin=subprocess.DEVNULL, timeout=DEADLINE)
    rows = query("SELECT ifnull(trace_id, 'none') AS trace, count(*) AS lines FROM ctx_log"
                 " GROUP BY trace", lines, environment)
    got = {row["trace"]: int(row["lines"]) for row in rows}
    expect(got == {trace: len(mine) for trace, mine in traces.items()}, "counts differ")

    trace = max(traces.keys() - {"none"}, key=lambda name: len(traces[name]))
    rows = query("SELECT log_level, logger, log_body, span_id, log_time FROM ctx_log"
                 f" WHERE trace_id = '{trace}' ORDER BY log_line", lines, environment)
    expect([(row["log_level"], row["logger"], row["log_body"], row["span_id"]) for row in rows]
           == [(record["level"].replace("warn", "warning"), record["logger"], record["message"],
                record["span_id"]) for record in map(json.loads, traces[trace])],
           "the lines of a request differ")


def main():
    program, reader, shipped = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "lines.jsonl")
        subprocess.run([program, "--lines", str(LINES), "--threads", "4", "--out", lines],
                       check=True)
        traces = lines_by_trace(lines)
        {"rsyslog": rsyslog, "lnav": lnav}[reader](shipped, folder, lines, traces)
        print(f"{reader}: {LINES} lines of {len(traces)} requests")


if __name__ == "__main__":
    main()
