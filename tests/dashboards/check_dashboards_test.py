"""Each check of check_dashboards.py goes red."""
import json
import os
import unittest

from check_dashboards import (exposed, problems_of_dashboard, problems_of_expression,
                              problems_of_sources)

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PAGE = """# TYPE rides counter
rides_total{outcome="ok",customer="a \\"b\\" {c}"} 3 # {trace_id="4b"} 1 1.5
# TYPE ride_seconds histogram
ride_seconds_bucket{le="0.1"} 1 # {trace_id="4b",span_id="00"} 0.07 1.5
# TYPE ctx_drops counter
# TYPE up gauge
up 1
# EOF
"""


def board(expression="rate(rides_total[1m])", exemplar=True, uid="prom", ids=(1, 2)):
    target = {"refId": "A", "expr": expression, "exemplar": exemplar,
              "datasource": {"uid": uid}}
    return {"uid": "u", "title": "t", "schemaVersion": 37,
            "panels": [{"id": one, "type": "timeseries", "title": "p", "targets": [target]}
                       for one in ids]}


class Checks(unittest.TestCase):
    names = exposed(PAGE)

    def of(self, **changes):
        return " ".join(problems_of_dashboard(board(**changes), self.names, {"prom"}))

    def test_reads_names_and_labels(self):
        self.assertEqual(self.names["rides_total"], {"outcome", "customer"})
        self.assertEqual(self.names["ride_seconds_bucket"], {"le"})
        self.assertIn("ctx_drops_total", self.names)
        self.assertNotIn("trace_id", set().union(*self.names.values()))

    def test_accepts_what_is_right(self):
        self.assertEqual(self.of(), "")
        self.assertEqual(list(problems_of_expression(
            'histogram_quantile(0.9, sum by (le) (rate(ride_seconds_bucket{job="x"}[$__i])))',
            self.names)), [])

    def test_wrong_metric(self):
        self.assertIn("'ride_total' is not exposed", self.of(expression="rate(ride_total[1m])"))
        self.assertIn("no metric", self.of(expression="1"))

    def test_wrong_label(self):
        for expression in ("sum by (tenant) (rides_total)", 'rides_total{tenant="a"}'):
            self.assertIn("'tenant' is no label", self.of(expression=expression))

    def test_exemplars_where_there_are_none(self):
        self.assertIn("no _bucket", self.of(expression="up"))
        self.assertIn("0 of them with exemplars", self.of(exemplar=False))

    def test_ids_and_sources(self):
        self.assertIn("not unique", self.of(ids=(1, 1)))
        self.assertIn("no data source", self.of(uid="elsewhere"))

    def test_provisioned_sources(self):
        path = os.path.join(ROOT, "dashboards", "provisioning", "datasources.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(list(problems_of_sources(text)), [])
        for wrong in (text.replace("- name: trace_id", "- name: traceID"),
                      text.replace("datasourceUid: loki", "datasourceUid: lokl"),
                      text.replace("derivedFields", "fields")):
            self.assertTrue(list(problems_of_sources(wrong)))

    def test_the_real_dashboard_with_one_letter_changed(self):
        path = os.path.join(ROOT, "dashboards", "rides.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        problems = list(problems_of_dashboard(
            json.loads(text.replace("rides_total", "rides_totl")), self.names, {"prom"}))
        self.assertTrue(any("'rides_totl' is not exposed" in problem for problem in problems))


if __name__ == "__main__":
    unittest.main()
