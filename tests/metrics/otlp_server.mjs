// Lets the pusher send to Elastic's mock OTLP server and compares what it understood.
//
// usage: node otlp_server.mjs PROGRAM      PROGRAM is metrics_push_program

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once, EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const { MockOtlpServer, normalizeMetrics } = require("@elastic/mockotlpserver");

const received = new EventEmitter();
const server = new MockOtlpServer({ services: ["http"], httpHostname: "127.0.0.1", httpPort: 0,
  logLevel: "warn", onMetrics: (metrics) => received.emit("metrics", normalizeMetrics(metrics)) });

await server.start();
try {
  const arrived = once(received, "metrics", { signal: AbortSignal.timeout(30_000) });
  const url = String(new URL("/v1/metrics", server.httpUrl));
  await promisify(execFile)(process.argv[2], ["otlp", url]);
  const [{ resourceMetrics: [resource] }] = await arrived;
  assert.equal(resource.resource.attributes["service.name"], "live");
  assert.equal(resource.scopeMetrics[0].scope.name, "ctx");
  const [rides, wait] = resource.scopeMetrics[0].metrics;
  assert.equal(rides.name, "rides");
  assert.equal(rides.sum.isMonotonic, true);
  const point = rides.sum.dataPoints[0];
  assert.equal(Number(point.asDouble), 3);
  assert.deepEqual(point.attributes, { outcome: "a\"b\\\n" });
  assert.equal(wait.unit, "s");
  const histogram = wait.histogram.dataPoints[0];
  assert.deepEqual(histogram.bucketCounts.map(Number), [1, 1, 1]);
  assert.deepEqual(histogram.explicitBounds, [0.5, 1]);
  assert.equal(Number(histogram.count), 3);
  assert.equal(histogram.sum, 8);
  assert.equal(histogram.exemplars.length, 3);
  console.log("the server understood the metrics");
} finally {
  await server.close();
}
