// Posts lines in OTLP/JSON to Elastic's mock OTLP server and compares what it understood: as they
// are, and, so that a field which OTLP's protobuf does not have is noticed, as protobuf messages.
//
// usage: node otlp_server.mjs PROGRAM      PROGRAM is log_formats

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once, EventEmitter } from "node:events";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { MockOtlpServer, normalizeLogs } = require("@elastic/mockotlpserver");
const { getProtoRoot } = require("@elastic/mockotlpserver/lib/proto.js");
const request = getProtoRoot().lookupType(
  "opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest");

const DEADLINE = 30_000;

/// The same as a protobuf message: ids are bytes there, and no field may be unknown.
function asProtobuf(line) {
  const message = JSON.parse(line);
  for (const resource of message.resourceLogs)
    for (const scope of resource.scopeLogs)
      for (const record of scope.logRecords)
        for (const id of ["traceId", "spanId"])
          if (id in record) record[id] = Buffer.from(record[id], "hex");
  const typed = request.fromObject(message);
  const back = request.toObject(typed, { longs: String, arrays: false });
  assert.deepEqual(withoutEmpty(back), withoutEmpty(message), "OTLP has no such field");
  return request.encode(typed).finish();
}

function withoutEmpty(value) {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([, each]) => !(Array.isArray(each) && each.length === 0))
    .map(([key, each]) => [key, withoutEmpty(each)]));
}

const received = new EventEmitter();
const server = new MockOtlpServer({ services: ["http"], httpHostname: "127.0.0.1", httpPort: 0,
  logLevel: "warn", onLogs: (logs) => received.emit("logs", normalizeLogs(logs)) });

async function post(body, type) {
  const arrived = once(received, "logs", { signal: AbortSignal.timeout(DEADLINE) });
  const response = await fetch(new URL("/v1/logs", server.httpUrl),
    { method: "POST", headers: { "Content-Type": type, Connection: "close" }, body });
  assert.equal(response.status, 200);
  await response.arrayBuffer();
  const [logs] = await arrived;
  return logs;
}

/// What the server says of the only record.
function seen(logs) {
  const resource = logs.resourceLogs[0];
  const record = resource.scopeLogs[0].logRecords[0];
  return { service: resource.resource.attributes["service.name"],
    scope: resource.scopeLogs[0].scope.name, body: record.body, traceId: record.traceId,
    spanId: record.spanId, flags: record.flags || undefined, severity: record.severityNumber,
    text: record.severityText, attributes: record.attributes ?? {},
    time: String(record.timeUnixNano) };
}

const common = { service: "checkout", scope: "orders", time: "1795192028095260000" };
const expected = [
  { ...common, body: "order 17\naccepted", traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7", flags: 1, severity: 9, text: "info",
    attributes: { tenant: "acme", items: 3, sum: 2.5, paid: true,
      note: "\"ring\" [twice]\n\\o/" } },
  { ...common, body: "order 18 lost", traceId: "0000000000000000000000000000000b",
    spanId: "000000000000000c", flags: undefined, severity: 17, text: "error", attributes: {} },
  { ...common, body: "idle", traceId: undefined, spanId: undefined, flags: undefined, severity: 13,
    text: "warn", attributes: {} },
];

const lines = execFileSync(process.argv[2], ["otlp_json"], { encoding: "utf8" }).trimEnd()
  .split("\n");
assert.equal(lines.length, expected.length);
await server.start();
try {
  for (const [index, line] of lines.entries()) {
    const json = await post(line, "application/json");
    const protobuf = await post(asProtobuf(line), "application/x-protobuf");
    assert.deepEqual(seen(json), expected[index], "as JSON");
    assert.deepEqual(seen(protobuf), expected[index], "as protobuf");
  }
  console.log(`the server understood ${lines.length} lines`);
} finally {
  await server.close();
}
