#!/usr/bin/env python3
"""Do the dashboards show what the demo exposes?

usage: check_dashboards.py --root DIR (--demo PROGRAM | --page FILE)

Reads dashboards/*.json, dashboards/rules.yaml and the provisioned data sources, and compares every
metric name and label of every expression with a page of the demo: one that PROGRAM serves after
some rides, or FILE. Prints what is wrong; exit status 1 when anything is.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys

WORDS = {"sum", "by", "rate", "increase", "histogram_quantile", "max", "min", "avg", "without", "on",
         "and", "or", "unless", "count", "irate", "abs", "topk"}
ADDED_BY_PROMETHEUS = {"job", "instance"}
SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? [^{]*?(?: # .*)?$")
LABEL = re.compile(r'([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"')


def exposed(page):
    """The labels of every sample's name; counters that the page only announces are there, too."""
    names = {}
    for line in page.splitlines():
        kind = re.match(r"# TYPE (\S+) (\w+)", line)
        if kind:
            for suffix in {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(
                    kind[2], [""]):
                names.setdefault(kind[1] + suffix, set())
            continue
        sample = SAMPLE.match(line)
        if sample and not line.startswith("#"):
            names.setdefault(sample[1], set()).update(LABEL.findall(sample[2] or ""))
    return names


def problems_of_expression(expression, names, absent_labels=frozenset()):
    """Unknown names, and labels that no metric of the expression has."""
    text = re.sub(r"\[[^\]]*\]", "", expression)
    selectors = re.findall(r"\{([^}]*)\}", text)
    groups = re.findall(r"\b(?:by|without|on)\s*\(([^)]*)\)", text)
    bare = re.sub(r"\{[^}]*\}", "", re.sub(r"\b(?:by|without|on)\s*\([^)]*\)", "", text))
    metrics = [word for word in re.findall(r"[a-zA-Z_:][\w:]*", bare) if word not in WORDS]
    if not metrics:
        yield f"no metric in '{expression}'"
    labels = set(ADDED_BY_PROMETHEUS) | set(absent_labels)
    for metric in metrics:
        if metric not in names:
            yield f"'{metric}' is not exposed"
        labels |= names.get(metric, set())
    wanted = {label for group in groups for label in re.findall(r"\w+", group)}
    for selector in selectors:
        wanted |= set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
    for label in sorted(wanted - labels):
        yield f"'{label}' is no label in '{expression}'"


def problems_of_target(target, names, uids):
    expression = target.get("expr", "")
    yield from problems_of_expression(expression, names, {"error_type"})
    if target.get("datasource", {}).get("uid") not in uids:
        yield f"no data source '{target.get('datasource', {}).get('uid')}' is provisioned"
    if target.get("exemplar") and not re.search(r"_(bucket|total)\b", expression):
        yield f"exemplars of '{expression}', which is no _bucket and no _total"
    if target.get("exemplar") and re.search(r"\b\w+:\w+", expression):
        yield f"exemplars of a recording rule: '{expression}'"


def problems_of_dashboard(board, names, uids):
    for key in ("uid", "title", "schemaVersion", "panels"):
        if not board.get(key):
            yield f"no '{key}'"
    ids = [panel.get("id") for panel in board.get("panels", [])]
    if None in ids or len(ids) != len(set(ids)):
        yield f"panel ids are not unique: {ids}"
    targets = exemplars = 0
    for panel in board.get("panels", []):
        title = panel.get("title", "without title")
        if panel.get("type") != "row" and not panel.get("targets"):
            yield f"'{title}' shows nothing"
        refs = [target.get("refId") for target in panel.get("targets", [])]
        if len(refs) != len(set(refs)):
            yield f"'{title}': refIds are not unique"
        for target in panel.get("targets", []):
            targets += 1
            exemplars += bool(target.get("exemplar"))
            yield from (f"'{title}': {problem}"
                        for problem in problems_of_target(target, names, uids))
    if not targets or not exemplars:
        yield f"{targets} targets, {exemplars} of them with exemplars"


def problems_of_sources(text):
    """The keys without which no dot leads anywhere."""
    uids = set(re.findall(r"^    uid: (\S+)$", text, re.M))
    for used in re.findall(r"^ +datasourceUid: (\S+)", text, re.M):
        if used not in uids:
            yield f"datasourceUid '{used}' is nobody's"
    for key, value in (("exemplarTraceIdDestinations", r"- name: trace_id\b"),
                       ("tracesToLogsV2", "datasourceUid: loki"), ("derivedFields", "trace_id")):
        if not re.search(rf"{key}:\n(?:.*\n)??.*{value}", text):
            yield f"{key} does not say '{value}'"


def check(root, page):
    names = exposed(page)
    if len(names) < 10:
        yield f"a page with {len(names)} names"
    path = os.path.join(root, "dashboards", "provisioning", "datasources.yaml")
    with open(path, encoding="utf-8") as file:
        sources = file.read()
    uids = set(re.findall(r"^    uid: (\S+)$", sources, re.M))
    yield from (f"datasources.yaml: {problem}" for problem in problems_of_sources(sources))
    boards = glob.glob(os.path.join(root, "dashboards", "*.json"))
    if not boards:
        yield "no dashboards"
    for board in boards:
        with open(board, encoding="utf-8") as file:
            content = json.load(file)
        yield from (f"{os.path.basename(board)}: {problem}"
                    for problem in problems_of_dashboard(content, names, uids))
    with open(os.path.join(root, "dashboards", "rules.yaml"), encoding="utf-8") as file:
        for expression in re.findall(r"^ +expr: (.*)$", file.read(), re.M):
            yield from (f"rules.yaml: {problem}"
                        for problem in problems_of_expression(
                            re.sub(r"\s[<>]=? [\d.]+$", "", expression), names))


def page_of(root, program):
    sys.path.insert(0, os.path.join(root, "tests", "integrations", "rides"))
    sys.dont_write_bytecode = True
    from demo import Demo, fetch, wait_for  # pylint: disable=import-outside-toplevel
    with Demo(program, "--log", os.devnull) as demo:
        wait_for("a ride", lambda: fetch(f"{demo.url}/dispatch?customer=392")[0] == 200)
        return demo.metrics()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", required=True)
    parser.add_argument("--demo")
    parser.add_argument("--page")
    arguments = parser.parse_args()
    if arguments.page:
        with open(arguments.page, encoding="utf-8") as file:
            page = file.read()
    else:
        page = page_of(arguments.root, arguments.demo)
    problems = list(check(arguments.root, page))
    rules = os.path.join(arguments.root, "dashboards", "rules.yaml")
    try:
        judged = subprocess.run(["promtool", "check", "rules", rules], capture_output=True,
                                text=True, check=False)
        if judged.returncode:
            problems.append("promtool: " + judged.stdout + judged.stderr)
    except FileNotFoundError:
        print("promtool is not installed: the rules' syntax was not checked")
    for problem in problems:
        print(problem)
    print(f"{len(exposed(page))} names on the page, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
