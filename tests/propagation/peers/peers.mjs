// Other people's propagators around examples/propagation_service, both ways: a peer calls the
// service, the service calls on, and the same peer reads what arrives.
//
// usage: node peers.mjs SERVICE [PEER...]      all of them if none is named
//
// Exit status 1: something was lost or changed; each failure is printed.

import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import http from "node:http";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

// What is sent; peers that know less say so in `loses`.
const REQUESTS = [
  { name: "sampled", traceId: TRACE, spanId: SPAN, sampled: true, baggage: {} },
  { name: "not sampled", traceId: TRACE, spanId: SPAN, sampled: false, baggage: {} },
  { name: "baggage", traceId: TRACE, spanId: SPAN, sampled: true,
    baggage: { tenant: "acme", tier: "gold" } },
  { name: "baggage with spaces and signs", traceId: TRACE, spanId: SPAN, sampled: true,
    baggage: { note: "ring twice, please; 100% = all" } },
  { name: "baggage beyond ASCII", traceId: TRACE, spanId: SPAN, sampled: true,
    baggage: { city: "Zürich 東京" } },
];

function openTelemetry(makePropagator, loses = []) {
  const { ROOT_CONTEXT, propagation, trace, defaultTextMapGetter, defaultTextMapSetter } =
    require("@opentelemetry/api");
  const propagator = makePropagator();
  return {
    loses,
    inject(request) {
      const headers = {};
      let context = trace.setSpanContext(ROOT_CONTEXT, { traceId: request.traceId,
        spanId: request.spanId, traceFlags: request.sampled ? 1 : 0, isRemote: false });
      const entries = Object.entries(request.baggage).map(([key, value]) => [key, { value }]);
      context = propagation.setBaggage(context,
        propagation.createBaggage(Object.fromEntries(entries)));
      propagator.inject(context, headers, defaultTextMapSetter);
      return headers;
    },
    extract(headers) {
      const context = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      const span = trace.getSpanContext(context) ?? {};
      const baggage = {};
      for (const [key, entry] of propagation.getBaggage(context)?.getAllEntries() ?? [])
        baggage[key] = entry.value;
      return { traceId: span.traceId, spanId: span.spanId, sampled: (span.traceFlags & 1) === 1,
        baggage };
    },
  };
}

function jaegerClient() {
  const jaeger = require("jaeger-client");
  const tracer = new jaeger.Tracer("peer", new jaeger.InMemoryReporter(),
    new jaeger.ConstSampler(true));
  const FORMAT = "http_headers";
  return {
    loses: [],
    inject(request) {
      const context = jaeger.SpanContext.fromString(
        `${request.traceId}:${request.spanId}:0:${request.sampled ? 1 : 0}`);
      const headers = {};
      tracer.inject(Object.entries(request.baggage).reduce(
        (made, [key, value]) => made.withBaggageItem(key, value), context), FORMAT, headers);
      return headers;
    },
    extract(headers) {
      const context = tracer.extract(FORMAT, headers);
      return { traceId: context.traceIdStr?.padStart(32, "0"), spanId: context.spanIdStr,
        sampled: (context.flags & 1) === 1, baggage: { ...context.baggage } };
    },
  };
}

function zipkin() {
  const { TraceId, option, Request, HttpHeaders } = require("zipkin");
  return {
    loses: ["baggage"],
    inject(request) {
      const id = new TraceId({ traceId: request.traceId, spanId: request.spanId,
        sampled: new option.Some(request.sampled) });
      return Request.addZipkinHeaders({ headers: {} }, id).headers;
    },
    extract(headers) {
      const get = (name) => headers[name.toLowerCase()];
      return { traceId: get(HttpHeaders.TraceId), spanId: get(HttpHeaders.SpanId),
        sampled: get(HttpHeaders.Sampled) === "1", baggage: {} };
    },
  };
}

// dd-trace reads its styles from the environment, so each runs in a process of its own.
function datadog(loses = []) {
  const tracer = require("dd-trace").init({ startupLogs: false, plugins: false,
    url: "http://127.0.0.1:9", flushInterval: 2 ** 30 });
  const read = (headers) => tracer.extract("http_headers", headers);
  const seed = (request) => {
    const low = BigInt(`0x${request.traceId.slice(16)}`).toString();
    return { "x-datadog-trace-id": low, "x-datadog-parent-id": BigInt(`0x${request.spanId}`)
      .toString(), "x-datadog-sampling-priority": request.sampled ? "1" : "0",
      "x-datadog-tags": `_dd.p.tid=${request.traceId.slice(0, 16)}` };
  };
  return {
    loses,
    inject(request) {
      // Its ids cannot be set: a span below an extracted one has the trace, and is what is sent.
      const span = tracer.startSpan("peer", { childOf: read(
        process.env.DD_TRACE_PROPAGATION_STYLE === "datadog" ? seed(request) :
          { traceparent: `00-${request.traceId}-${request.spanId}-0${request.sampled ? 1 : 0}`,
            b3: `${request.traceId}-${request.spanId}-${request.sampled ? 1 : 0}`,
            "x-b3-traceid": request.traceId, "x-b3-spanId": request.spanId,
            "x-b3-spanid": request.spanId, "x-b3-sampled": request.sampled ? "1" : "0" }) });
      const headers = {};
      tracer.inject(span, "http_headers", headers);
      return headers;
    },
    extract(headers) {
      const context = read(headers);
      return { traceId: context?.toTraceId(true), spanId: context?.toSpanId(true),
        sampled: context?._sampling?.priority > 0, baggage: {} };
    },
  };
}

const w3c = () => {
  const { CompositePropagator, W3CTraceContextPropagator, W3CBaggagePropagator } =
    require("@opentelemetry/core");
  return new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });
};
const b3 = (single) => {
  const { B3Propagator, B3InjectEncoding } = require("@opentelemetry/propagator-b3");
  return new B3Propagator({ injectEncoding:
    single ? B3InjectEncoding.SINGLE_HEADER : B3InjectEncoding.MULTI_HEADER });
};

// PEER: { the service's formats, how to make it, environment of its process }
const PEERS = {
  "otel-w3c": { formats: "tracecontext,baggage", make: () => openTelemetry(w3c) },
  "otel-b3": { formats: "b3", make: () => openTelemetry(() => b3(true), ["baggage"]) },
  "otel-b3multi": { formats: "b3multi", make: () => openTelemetry(() => b3(false), ["baggage"]) },
  "otel-jaeger": { formats: "jaeger", make: () => openTelemetry(
    () => new (require("@opentelemetry/propagator-jaeger").JaegerPropagator)()) },
  "otel-xray": { formats: "xray", make: () => openTelemetry(
    () => new (require("@opentelemetry/propagator-aws-xray").AWSXRayPropagator)(), ["baggage"]) },
  "otel-ottrace": { formats: "ottrace", make: () => openTelemetry(
    () => new (require("@opentelemetry/propagator-ot-trace").OTTracePropagator)(),
    ["high", "raw baggage"]) },
  "jaeger-client": { formats: "jaeger", make: jaegerClient },
  zipkin: { formats: "b3multi", make: zipkin },
  "dd-datadog": { formats: "datadog", make: () => datadog(["baggage"]),
    environment: { DD_TRACE_PROPAGATION_STYLE: "datadog" } },
  "dd-w3c": { formats: "tracecontext", make: () => datadog(["baggage"]),
    environment: { DD_TRACE_PROPAGATION_STYLE: "tracecontext" } },
  "dd-b3": { formats: "b3", make: () => datadog(["baggage"]),
    environment: { DD_TRACE_PROPAGATION_STYLE: "b3 single header" } },
  "dd-b3multi": { formats: "b3multi", make: () => datadog(["baggage"]),
    environment: { DD_TRACE_PROPAGATION_STYLE: "b3multi" } },
};

/** Takes one POST and gives its headers. */
function callback() {
  let got;
  const received = new Promise((resolve) => { got = resolve; });
  const server = http.createServer((request, response) => {
    request.resume().on("end", () => {
      got(request.headers);
      response.setHeader("connection", "close").end("[]");
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(
    { url: `http://127.0.0.1:${server.address().port}/`, received, close: () => server.close() })));
}

function startService(program, formats) {
  const service = spawn(program, { env: { ...process.env, PORT: "0", OTEL_PROPAGATORS: formats },
    stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve) => service.stdout.on("data", (text) => resolve(
    { port: Number(/127\.0\.0\.1:(\d+)/.exec(text)[1]), stop: () => service.kill() })));
}

function post(port, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: "127.0.0.1", method: "POST",
      headers: { ...headers, connection: "close" } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject).end(JSON.stringify(body));
  });
}

function differences(sent, arrived, read, loses) {
  const found = [];
  const expect = (what, is, wanted) => {
    if (is !== wanted) found.push(`${what} is ${is}, not ${wanted}`);
  };
  const digits = loses.includes("high") ? sent.traceId.slice(16).padStart(32, "0") : sent.traceId;
  expect("trace id", read.traceId, digits);
  expect("sampled", read.sampled, sent.sampled);
  if (!/^[0-9a-f]{16}$/.test(read.spanId ?? "") || read.spanId === sent.spanId)
    found.push(`span id ${read.spanId} is not a new one`);
  if (!loses.includes("baggage")) {
    for (const [key, value] of Object.entries(sent.baggage))
      expect(`baggage ${key}`, read.baggage[key], value);
  }
  return found.length > 0 ? [...found, `headers: ${JSON.stringify(arrived)}`] : found;
}

async function exchange(service, peer, request) {
  const target = await callback();
  try {
    const sent = peer.inject(request);
    const status = await post(service.port, sent, [{ url: target.url, arguments: [] }]);
    if (status !== 200) return [`status ${status}`];
    const arrived = await target.received;
    return differences(request, arrived, peer.extract(arrived), peer.loses);
  } finally {
    target.close();
  }
}

const isPlain = (text) => /^[!-~]([ -~]*[!-~])?$/.test(text);

async function runPeer(name, program) {
  const { formats, make } = PEERS[name];
  const peer = make();
  const service = await startService(program, formats);
  let failures = 0;
  for (const request of REQUESTS) {
    const raw = peer.loses.includes("raw baggage");
    if (raw && !Object.values(request.baggage).every(isPlain)) continue;
    const found = await exchange(service, peer, request);
    if (found.length > 0) {
      failures += 1;
      console.log(`${name}, ${request.name}: ${found.join("; ")}`);
    }
  }
  service.stop();
  console.log(`${name}: ${failures === 0 ? "ok" : `${failures} failed`}`);
  return failures;
}

const [program, ...names] = process.argv.slice(2);
if (program === undefined || !names.every((name) => name in PEERS)) {
  console.error(`usage: node peers.mjs SERVICE [${Object.keys(PEERS).join("|")}]...`);
  process.exit(2);
}
if (names.length === 1) process.exit((await runPeer(names[0], program)) === 0 ? 0 : 1);
let failed = 0;
for (const name of names.length > 0 ? names : Object.keys(PEERS)) {
  const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), program, name],
    { stdio: "inherit", env: { ...process.env, ...PEERS[name].environment } });
  failed += run.status === 0 ? 0 : 1;
}
process.exit(failed === 0 ? 0 : 1);
