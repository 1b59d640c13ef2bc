#!/usr/bin/env python3
"""Lets Debian's Prometheus scrape a program and asks it what it got.

usage: live_scrape.py PROGRAM [native]

The target must be up, every exemplar must be there once however often it was scraped, Prometheus
must not complain, label values must arrive as they are, and a scraper that never reads must disturb
nobody. `native`: Prometheus asks for protobuf and takes native histograms.
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from servers import fetch, free_port, wait_for  # noqa: E402

CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
storage: {{exemplars: {{max_exemplars: 10000}}}}
scrape_configs:
  - job_name: sdk
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
"""


def fail(message):
    raise SystemExit("live_scrape: " + message)


class Service:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def ask(self, question):
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def updates(self):
        return int(self.ask("updates").split()[1])

    def texts(self):
        return [bytes.fromhex(text).decode() for text in self.ask("texts").strip().split(",")]

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(timeout=60)


class Prometheus:
    def __init__(self, folder, target, features):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log_path = os.path.join(folder, "log")
        config = os.path.join(folder, "p.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=target))
        self.log = open(self.log_path, "wb")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
             "--web.listen-address=" + self.url.removeprefix("http://"),
             "--enable-feature=" + features, "--scrape.discovery-reload-interval=1s",
             "--storage.tsdb.retention.time=1h", "--log.level=debug"],
            stdout=self.log, stderr=subprocess.STDOUT)
        wait_for("ready Prometheus", lambda: fetch(self.url + "/-/ready"))

    def get(self, path, **parameters):
        answer = json.loads(fetch(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
        if answer["status"] != "success":
            fail(f"{path}: {answer}")
        return answer["data"]

    def value(self, query):
        result = self.get("query", query=query)["result"]
        return float(result[0]["value"][1]) if result else 0

    def series(self, selector):
        return self.get("series", **{"match[]": selector})

    def exemplars(self, query):
        now = time.time()
        return [(series["seriesLabels"], exemplar)
                for series in self.get("query_exemplars", query=query, start=now - 3600,
                                       end=now + 3600)
                for exemplar in series["exemplars"]]

    def own_metric(self, name):
        match = re.search(rf"^{name} (\S+)$", fetch(self.url + "/metrics"), re.M)
        return float(match[1]) if match else fail(f"Prometheus has no {name}")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()


def check_target(prometheus):
    target = prometheus.get("targets")["activeTargets"][0]
    if target["health"] != "up":
        fail(f"target is {target['health']}: {target['lastError']}")


def check_exemplars(prometheus, histogram):
    found = prometheus.exemplars('{job="sdk"}')
    names = {labels["__name__"] for labels, _ in found}
    if not {"rides_total", histogram} <= names:
        fail(f"exemplars only of {names}")
    seen = set()
    for labels, exemplar in found:
        ids = exemplar["labels"]
        if not re.fullmatch("[0-9a-f]{32}", ids["trace_id"]) or len(ids["span_id"]) != 16:
            fail(f"ids: {ids}")
        if "session_id" not in ids:
            fail(f"extra is missing: {ids}")
        if abs(exemplar["timestamp"] - time.time()) > 600:
            fail(f"timestamp: {exemplar}")
        identity = (json.dumps(labels, sort_keys=True), json.dumps(exemplar, sort_keys=True))
        if identity in seen:
            fail(f"twice: {identity}")
        seen.add(identity)
        if labels["__name__"] == "wait_seconds_bucket" and \
                float(exemplar["value"]) > float(labels["le"].replace("+Inf", "inf")):
            fail(f"beyond its bucket: {labels} {exemplar}")
    per_trace = [(labels["__name__"], labels.get("le"), exemplar["labels"]["span_id"])
                 for labels, exemplar in found]
    if len(per_trace) != len(set(per_trace)):
        fail("an observation was stored twice")
    return len(found)


def check_texts(prometheus, service):
    """Hard label values, escaped by the program and stored by Prometheus, are the same."""
    wanted = dict(enumerate(service.texts()))
    found = {int(labels["index"]): labels["text"] for labels in prometheus.series("texts_total")}
    if len(wanted) != 20000 or found != wanted:
        wrong = [index for index in wanted if found.get(index) != wanted[index]]
        fail(f"{len(wrong)} label values are wrong: {wanted[wrong[0]]!r} became "
             f"{found.get(wrong[0])!r}")


def check_eviction(prometheus, service):
    """Where a place passes on, increase() of `other` jumps by what the loser had counted; the total
    grows by what was added, and no series falls."""
    service.ask("places a 10 100")
    service.ask("places b 1 1")
    wait_for("a place", lambda: prometheus.value('places_total{customer="a"}') == 1000)
    wait_for("the rest", lambda: prometheus.value('places_total{customer="other"}') == 1)
    service.ask("places b 49 1")
    wait_for("the loser's count", lambda: prometheus.value('places_total{customer="other"}') == 1050)
    wait_for("the loser's end", lambda: not prometheus.get(
        "query", query='places_total{customer="a"}')["result"])
    if prometheus.value("sum(places_total)") != 1050:
        fail("the total is not what was added")
    if prometheus.value('increase(places_total{customer="other"}[1m])') < 1000:
        fail("increase() of other does not show the eviction, as the documentation says")
    if prometheus.value('resets(places_total{customer="other"}[1h])') != 0:
        fail("other fell")
    service.ask("places b 1 1")
    wait_for("the winner", lambda: prometheus.value('places_total{customer="b"}') == 1)


def check_native(prometheus):
    """The values are 0 to 11.99 in equal parts; a native bucket is 9 % wide."""
    count = prometheus.value("histogram_count(wait_seconds)")
    rides = prometheus.value("sum(rides_total)")
    if count <= 0 or abs(count - rides) > 0.5 * rides:
        fail(f"{count} observations for {rides} rides")
    for quantile in (0.1, 0.5, 0.9):
        value = prometheus.value(f"histogram_quantile({quantile}, wait_seconds)")
        if abs(value / (12 * quantile) - 1) > 0.1:
            fail(f"quantile {quantile} is {value}")
    mean = prometheus.value("histogram_sum(wait_seconds) / histogram_count(wait_seconds)")
    if abs(mean / 6 - 1) > 0.1:
        fail(f"the mean is {mean}")


def freeze_scraper(port):
    """Asks for the page with a tiny window and never reads."""
    frozen = socket.socket()
    frozen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    frozen.connect(("127.0.0.1", port))
    frozen.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n"
                   b"Accept: application/openmetrics-text;version=1.0.0\r\n\r\n")
    return frozen


def check_page(prometheus, service, native):
    wait_for("scrape", lambda: prometheus.value("rides_total"))
    scrapes = prometheus.value("count_over_time(up[1h])")
    wait_for("four more scrapes",
             lambda: prometheus.value("count_over_time(up[1h])") >= scrapes + 4)
    check_target(prometheus)
    count = check_exemplars(prometheus, "wait_seconds" if native else "wait_seconds_bucket")
    check_texts(prometheus, service)
    if native:
        check_native(prometheus)
    else:
        check_eviction(prometheus, service)

    with freeze_scraper(service.port):
        updates = service.updates()
        rides = prometheus.value("sum(rides_total)")
        wait_for("update beside a frozen scraper", lambda: service.updates() > updates)
        wait_for("scrape beside a frozen scraper",
                 lambda: prometheus.value("sum(rides_total)") > rides)
    check_target(prometheus)

    if prometheus.value("min_over_time(up[1h])") != 1:
        fail("the target was down at some time")
    if prometheus.value('count(rides_total{customer!="other"})') != 100:
        fail("not 100 customers")
    if prometheus.value("theirs_total") <= 0 or \
            prometheus.value('target_info{service_name="live"}') != 1:
        fail("theirs_total or target_info is missing")
    types = prometheus.get("metadata", limit=1000)
    for name, wanted in (("rides", "counter"), ("wait_seconds", "histogram"), ("theirs", "counter"),
                         ("target", "gauge" if native else "info")):  # protobuf has no info
        # 2.42 knows OpenMetrics families by their own name or by their sample's.
        entries = types.get(name) or types.get(name + "_total") or types.get(name + "_info")
        if not entries or entries[0]["type"] != wanted:
            fail(f"metadata of {name}: {entries}")
    for name in ("prometheus_target_scrapes_exemplar_out_of_order_total",
                 "prometheus_tsdb_exemplar_out_of_order_exemplars_total"):
        if prometheus.own_metric(name) != 0:
            fail(name)
    return count


def main():
    native = sys.argv[2:] == ["native"]
    features = "exemplar-storage,native-histograms" if native else "exemplar-storage"
    service = Service(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        prometheus = Prometheus(folder, service.port, features)
        try:
            count = check_page(prometheus, service, native)
        finally:
            prometheus.stop()
            with open(prometheus.log_path, encoding="utf-8", errors="replace") as file:
                complaints = [line for line in file
                              if "scrape_manager" in line or "scrape manager" in line
                              if "level=warn" in line or "xemplar" in line or "Append failed" in line]
        if complaints:
            fail("Prometheus complains: " + complaints[0])
    if service.stop() != 0:
        fail("the program failed")
    print(f"{count} exemplars, each once")


if __name__ == "__main__":
    main()
