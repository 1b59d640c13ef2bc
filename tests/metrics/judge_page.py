#!/usr/bin/python3
"""Reads the pages of a program with Prometheus' own Python parsers, and looks at what they miss.

usage: judge_page.py PROGRAM
"""
import re
import subprocess
import sys

from prometheus_client.openmetrics.exposition import floatToGoString
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

RANDOM_VALUES = 20_000  # as many as the program makes
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
LABELS = rf"\{{(?:{LABEL}(?:,{LABEL})*)?\}}"
NUMBER = r"(?:[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+][0-9]+)?|[-+]Inf|NaN)"
SAMPLE = re.compile(
    rf"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?P<labels>{LABELS})? (?P<value>{NUMBER})"
    rf"(?: # (?P<exemplar>{LABELS}) (?P<seen>{NUMBER}) (?P<time>1[0-9]{{9}}\.[0-9]{{3}}))?")


def page_of(program, kind):
    return subprocess.run([program, kind], stdout=subprocess.PIPE, check=True).stdout.decode()


def check(condition, message):
    if not condition:
        sys.exit("judge_page: " + message)


def check_lines(page, openmetrics):
    """The letter of OpenMetrics 1.0, which the parsers are lenient about."""
    order = []
    exemplars = 0
    for line in page.split("\n")[:-1]:
        if line.startswith("# "):
            word = line.split(" ")[1]
            if word == "TYPE":
                order = []
            order.append(word)
            head = order[:-1] if word == "EOF" else order
            check(head in (["TYPE"], ["TYPE", "HELP"], ["TYPE", "UNIT"], ["TYPE", "UNIT", "HELP"]),
                  f"order of {line!r}")
            continue
        match = SAMPLE.fullmatch(line)
        check(match, f"no sample: {line!r}")
        bound = re.search(r'[{,](?:le|quantile)="([^"]*)"', match["labels"] or "")
        if bound:
            check(floatToGoString(float(bound[1])) == bound[1], f"not canonical: {line!r}")
        check('=""' not in (match["labels"] or ""), f"empty label: {line!r}")
        if match["exemplar"]:
            exemplars += 1
            check(openmetrics, f"exemplar in text: {line!r}")
            check(match["name"].endswith(("_total", "_bucket")), f"exemplar on {line!r}")
            check(match["exemplar"].startswith('{trace_id="'), f"trace_id is not first: {line!r}")
            if match["name"].endswith("_bucket"):
                check(float(match["seen"]) <= float(bound[1]), f"beyond the bucket: {line!r}")
    return exemplars


def main():
    page = page_of(sys.argv[1], "openmetrics")
    families = {family.name: family for family in read_openmetrics(page)}
    check(len(families) > 10, f"only {len(families)} families")
    values = families["values"].samples
    check(len(values) == RANDOM_VALUES, f"{len(values)} values")
    check(any("\n" in s.labels["value"] for s in values), "no line feed came through")
    check(any('"' in s.labels["value"] and "\\" in s.labels["value"] for s in values),
          "no quote with backslash came through")
    check(families["stock_jobs"].type == "counter", "stock_jobs")
    check(families["stock_old"].type == "unknown", "stock_old")
    check(families["wait_seconds"].unit == "seconds", "unit")
    check("ctx_metrics_overflow" in families, "no self metrics")
    parsed = sum(1 for f in families.values() for s in f.samples if s.exemplar)
    exemplars = check_lines(page, True)
    check(exemplars == parsed and exemplars > 20, f"{exemplars} exemplars, parsed {parsed}")
    check(page.endswith("# EOF\n"), "no EOF")

    text = page_of(sys.argv[1], "text")
    text_families = {family.name: family for family in read_text(text)}
    text_values = {s.labels["index"]: s for s in text_families["values"].samples}
    check(len(text_values) == RANDOM_VALUES, f"{len(text_values)} values in text")
    check(all(text_values[s.labels["index"]].labels == s.labels for s in values),
          "the formats show different labels")
    check("trace_id" not in text and "EOF" not in text, "exemplars or EOF in text")
    check_lines(text, False)
    print(f"{len(families)} families, {exemplars} exemplars, {len(values)} random label values")


if __name__ == "__main__":
    main()
