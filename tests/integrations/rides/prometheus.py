#!/usr/bin/python3
"""Lets Debian's Prometheus scrape the rides demo, and follows what it stored back into the demo.

usage: prometheus.py DEMO
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from demo import Demo, check, fail, fetch, free_port, saw, wait_for

CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
storage: {{exemplars: {{max_exemplars: 10000}}}}
scrape_configs:
  - job_name: rides
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
"""
SCRAPES = 5


class Prometheus:
    def __init__(self, folder, target):
        self.url = f"http://127.0.0.1:{free_port()}"
        config = os.path.join(folder, "p.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=target))
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
             "--web.listen-address=" + self.url.removeprefix("http://"),
             "--enable-feature=exemplar-storage", "--scrape.discovery-reload-interval=1s",
             "--storage.tsdb.retention.time=1h", "--log.level=warn"])
        wait_for("ready Prometheus", lambda: fetch(self.url + "/-/ready")[0] == 200)

    def get(self, path, **parameters):
        answer = json.loads(
            fetch(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")[2])
        check(answer["status"] == "success", f"{path}: {answer}")
        return answer["data"]

    def value(self, query):
        result = self.get("query", query=query)["result"]
        return float(result[0]["value"][1]) if result else 0

    def own_metric(self, name):
        match = re.search(rf"^{name} (\S+)$", fetch(self.url + "/metrics")[2], re.M)
        return float(match[1]) if match else fail(f"Prometheus has no {name}")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.terminate()
        self.process.wait(timeout=60)


def stays_up(prometheus):
    target = prometheus.get("targets")["activeTargets"][0]
    check(target["health"] == "up", f"target is {target['health']}: {target['lastError']}")
    check(prometheus.value("min_over_time(up[1h])") == 1, "the target was down at some time")
    for name in ("prometheus_target_scrapes_exemplar_out_of_order_total",
                 "prometheus_tsdb_exemplar_out_of_order_exemplars_total"):
        check(prometheus.own_metric(name) == 0, name)
    scrapes = prometheus.value("count_over_time(up[1h])")
    saw(f"target up in {scrapes:.0f} of {scrapes:.0f} scrapes")


def opens_every_exemplar(prometheus, demo):
    now = time.time()
    found = [(series["seriesLabels"], exemplar)
             for series in prometheus.get("query_exemplars", query='{job="rides"}',
                                          start=now - 3600, end=now + 3600)
             for exemplar in series["exemplars"]]
    names = {labels["__name__"] for labels, _ in found}
    check("ride_duration_seconds_bucket" in names, f"exemplars of {names}")
    observed = [(labels["__name__"], labels.get("http_route"), labels.get("le"),
                 exemplar["labels"]["span_id"]) for labels, exemplar in found]
    check(len(observed) == len(set(observed)), "an exemplar was stored twice")
    traces = {exemplar["labels"]["trace_id"] for _, exemplar in found}
    for trace in traces:
        spans = demo.json(f"/api/traces/{trace}")["spans"]
        wanted = {exemplar["labels"]["span_id"] for _, exemplar in found
                  if exemplar["labels"]["trace_id"] == trace}
        check(wanted <= {span["span_id"] for span in spans}, f"{trace} lacks {wanted}")
        lines = demo.logs(trace)
        check(lines and all(line["trace_id"] == trace for line in lines), f"lines of {trace}")
    saw(f"{len(found)} exemplars, each once; their {len(traces)} traces open, with log lines")


def bills_every_customer(prometheus):
    by_customer = prometheus.get("query", query="sum by (customer) (route_cpu_seconds_total)")
    customers = {series["metric"]["customer"] for series in by_customer["result"]
                 if float(series["value"][1]) > 0}
    check("Trom Chocolatier" in customers and not customers & {"none", "other"}, f"{customers}")
    difference = prometheus.value(
        "abs(sum(route_cpu_seconds_total) - sum(route_busy_seconds_total))")
    # One page shows both, but not both of one instant.
    check(difference < 0.1, f"the customers' sum differs by {difference} s")
    saw(f"CPU time of {len(customers)} customers")


def can_be_read_by_other_parsers(demo):
    page = demo.metrics()
    families = {family.name: family for family in read_openmetrics(page)}
    for name, kind in (("ride_duration_seconds", "histogram"), ("rides", "counter"),
                       ("route_cpu_seconds", "counter"), ("rides_in_flight", "gauge"),
                       ("driver_retries", "counter"), ("target", "info")):
        check(name in families and families[name].type == kind,
              f"{name}: {families.get(name)}")
    exemplars = [sample for family in families.values() for sample in family.samples
                 if sample.exemplar]
    check(exemplars, "no exemplar for the Python parser")
    plain = demo.metrics("text/plain")
    check(" # {" not in plain and list(read_text(plain)), "text page")
    saw(f"{len(families)} families and {len(exemplars)} exemplars by the Python parser")


def groups_its_log_by_trace(log):
    groups = subprocess.run(
        ["jq", "-s", "-c", "group_by(.trace_id) | .[] | "
         "{trace_id: .[0].trace_id, lines: length, loggers: [.[].logger] | unique, "
         "rides: [.[].message | capture(\"ride=(?<r>[^ ]+)\").r] | unique}", log],
        stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    rides = [json.loads(group) for group in groups]
    check(len(rides) >= 10, f"{len(rides)} traces in the log")
    for ride in rides:
        check(re.fullmatch("[0-9a-f]{32}", ride["trace_id"] or ""), f"trace id: {ride}")
        check(ride["loggers"] == ["customer", "driver", "frontend", "route"], f"{ride}")
        check(len(ride["rides"]) == 1, f"lines of several rides: {ride}")
    saw(f"{sum(ride['lines'] for ride in rides)} log lines of {len(rides)} rides, grouped by jq")


def main():
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "rides.log")
        with Demo(sys.argv[1], "--load", "10", "--log", log) as demo:
            with Prometheus(folder, demo.port) as prometheus:
                wait_for("ride in Prometheus", lambda: prometheus.value("sum(rides_total)"))
                wait_for("scrapes", lambda: prometheus.value("count_over_time(up[1h])") > SCRAPES)
                stays_up(prometheus)
                opens_every_exemplar(prometheus, demo)
                bills_every_customer(prometheus)
                can_be_read_by_other_parsers(demo)
        groups_its_log_by_trace(log)


main()
