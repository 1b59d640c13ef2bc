// The page of the rides demo: two views on one document.
//   /            send rides, watch latency with its exemplars, cost per customer, latest rides
//   /trace/<id>  one trace as a waterfall, with its log lines
// What the server sends is data, never markup: it reaches the document through textContent and
// setAttribute only, and ids become links only when they have the form of an id.

const POLL_MS = 1000;
const ANSWER_LIMIT_MS = 8000;
const UNKNOWN_TRACE_TRIES = 4;
const SETTLED_AFTER = 3;
const MAX_SPANS = 1000;
const MAX_LOG_LINES = 2000;
const MAX_COSTS = 8;
const SHOWN_RIDES = 12;
const KEPT_ANSWERS = 4;
const CUSTOMERS = [
  [123, "Rachel's Floral Designs"],
  [392, "Trom Chocolatier"],
  [731, "Japanese Desserts"],
  [567, "Amazing Coffee Roasters"],
];
const SERVICES = ["frontend", "customer", "driver", "route"];

// ---- Elements ---------------------------------------------------------------------------------

const $ = (id) => document.getElementById(id);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const el = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);

const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const isTraceId = (id) => typeof id === "string" && /^[0-9a-f]{32}$/.test(id) && !/^0+$/.test(id);
const isSpanId = (id) => typeof id === "string" && /^[0-9a-f]{16}$/.test(id);
const text = (value) => (value === null || value === undefined ? "" : String(value));
const number = (value) => (Number.isFinite(Number(value)) ? Number(value) : 0);
const list = (value) => (Array.isArray(value) ? value : []);
const entries = (value) => (value && typeof value === "object" ? Object.entries(value) : []);
const shown = (value) => (value && typeof value === "object" ? JSON.stringify(value) : text(value));

function traceLink(id, label, hash = "") {
  if (!isTraceId(id)) return el("span", { class: "quiet" }, "none");
  return el("a", { href: `/trace/${id}${hash}`, "data-trace-id": id }, label);
}

function serviceMark(service) {
  const known = SERVICES.includes(service) ? service : "other";
  return el("span", { class: "service", "data-service": known }, text(service) || "unnamed");
}

function figures(node, rows) {
  node.replaceChildren(
    ...rows.map(([name, value, state]) =>
      el("div", { class: state ?? null }, el("dt", null, name), el("dd", null, value))),
  );
}

// ---- Units ------------------------------------------------------------------------------------

const counted = new Intl.NumberFormat("en-GB");
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const plural = (n, one, many) => `${counted.format(n)} ${n === 1 ? one : many}`;
const clockTime = (ms) => (Number.isFinite(ms) && Math.abs(ms) < 8e15 ? clock.format(ms) : "");

function milliseconds(ms) {
  if (!Number.isFinite(ms)) return "?";
  if (ms !== 0 && Math.abs(ms) < 1) return `${Math.round(ms * 1000)} µs`;
  if (Math.abs(ms) < 1000) return `${Number(ms.toFixed(Math.abs(ms) < 100 ? 1 : 0))} ms`;
  return `${Number((ms / 1000).toFixed(2))} s`;
}

function longTime(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function cpuTime(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 100 ? `${seconds.toFixed(2)} s` : `${counted.format(Math.round(seconds))} s`;
}

const nanos = (value) => (/^\d{1,20}$/.test(text(value)) ? BigInt(value) : null);

// Nanoseconds since the epoch from an RFC 3339 time; Date alone would lose all below a millisecond.
function nanosOfTime(time) {
  const parts = /^(.+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text(time));
  const whole = parts ? Date.parse(parts[1] + parts[3]) : NaN;
  if (!Number.isFinite(whole)) return null;
  return BigInt(whole) * 1000000n + BigInt((parts[2] ?? "").slice(0, 9).padEnd(9, "0"));
}

// ---- Talking to the demo ----------------------------------------------------------------------

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const response = await fetch(path, { cache: "no-store", signal, ...options });
  const body = await response.text();
  if (response.ok) return body;
  let message = `the demo answered ${response.status}`;
  try {
    message = text(JSON.parse(body).error) || message;
  } catch {
    // Not every answer with an error status is JSON; the status says enough.
  }
  throw new Refused(response.status, message);
}

const askJson = async (path, options) => JSON.parse(await ask(path, options));

let goneSince = 0;

function reportReached() {
  goneSince = 0;
  $("gone").hidden = true;
  document.body.classList.remove("is-gone");
}

function reportGone(error) {
  goneSince ||= Date.now();
  const reason = error instanceof Refused || error instanceof SyntaxError
    ? `The demo answers, but not as it should: ${error.message}.`
    : "The demo does not answer.";
  const message =
    `${reason} What you see is from ${clockTime(goneSince)}. Trying again every second.`;
  if ($("gone").textContent !== message) $("gone").textContent = message;
  $("gone").hidden = false;
  document.body.classList.add("is-gone");
}

// ---- Sending rides ----------------------------------------------------------------------------

const session = String(1000 + Math.floor(Math.random() * 9000));
let requests = 0;

function drawCustomers() {
  $("customers").replaceChildren(...CUSTOMERS.map(([id, name]) => {
    const button = el("button", { type: "button", "data-customer": id },
      el("span", null, name), el("span", { class: "quiet", "aria-hidden": "true" }, id));
    button.addEventListener("click", () => sendRide(id, name));
    return button;
  }));
  $("send-note").replaceChildren("Sent with ", el("code", null, `baggage: session=${session}`),
    ". Find it again in the log lines.");
}

async function sendRide(customer, name) {
  requests += 1;
  const request = `${session}-${requests}`;
  const answer = el("li", { class: "answer", "data-state": "waiting" },
    el("span", { class: "answer-who" }, name),
    el("span", { class: "answer-what quiet" }, `request ${request} is on its way`));
  $("answers").prepend(answer);
  while ($("answers").children.length > KEPT_ANSWERS) $("answers").lastChild.remove();
  try {
    const ride = await askJson(`/dispatch?customer=${customer}`,
      { headers: { baggage: `session=${session},request=${request}` } });
    showAnswer(answer, ride);
  } catch (error) {
    answer.dataset.state = "error";
    answer.lastChild.textContent = error instanceof Refused
      ? `request ${request} failed: ${error.message}`
      : `request ${request} got no answer`;
  }
  poller.now();
}

function showAnswer(answer, ride) {
  answer.dataset.state = "ok";
  answer.replaceChildren(
    el("span", { class: "answer-who" }, text(ride.customer)),
    el("span", { class: "answer-took" }, milliseconds(number(ride.latency_ms))),
    el("span", { class: "answer-what quiet" },
      el("code", null, text(ride.driver)), ` arrives in ${longTime(number(ride.eta_seconds))}`),
    el("span", { class: "answer-link" }, traceLink(ride.trace_id, "trace")),
  );
}

// ---- Vital signs, costs, latest rides ---------------------------------------------------------

function drawVitals(state) {
  const errors = number(state.errors_total);
  figures($("vitals"), [
    ["up", longTime(number(state.uptime_seconds))],
    ["load", `${number(state.load_rps)}/s`],
    ["requests", counted.format(number(state.requests_total))],
    ["errors", counted.format(errors), errors > 0 ? "bad" : null],
    ["log lines", counted.format(number(state.log_lines_total))],
  ]);
  $("version").textContent = `ctx ${text(state.version)}`;
}

function drawCosts(costs) {
  const rows = list(costs).map((cost) => ({
    customer: text(cost.customer),
    seconds: number(cost.cpu_seconds),
    calls: number(cost.calls),
  }));
  const most = Math.max(...rows.map((row) => row.seconds), Number.MIN_VALUE);
  const kept = rows.sort((a, b) => b.seconds - a.seconds).slice(0, MAX_COSTS)
    .sort((a, b) => a.customer.localeCompare(b.customer));
  const items = kept.map((row) => {
    const bar = el("span", { class: "cost-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", row.seconds / most);
    return el("li", null, el("span", { class: "cost-who" }, row.customer),
      el("span", { class: "cost-cpu" }, cpuTime(row.seconds)), bar,
      el("span", { class: "cost-calls quiet" }, plural(row.calls, "call", "calls")));
  });
  if (rows.length > kept.length) {
    items.push(el("li", { class: "quiet" }, `and ${rows.length - kept.length} more`));
  }
  if (rows.length === 0) items.push(el("li", { class: "quiet" }, "Nobody yet."));
  $("costs").replaceChildren(...items);
}

// Rows that move away under the pointer or the focus cannot be clicked, so the table holds still.
function held() {
  const wrap = $("rides-wrap");
  return wrap.matches(":focus-within") || (matchMedia("(hover: hover)").matches &&
    $("rides").matches(":hover"));
}

function drawRides(rides) {
  $("held").hidden = !held();
  if (held() && $("rides").querySelector("a")) return;
  const rows = list(rides).slice(0, SHOWN_RIDES).map((ride) => {
    const failed = ride.status === "error";
    return el("tr", { class: failed ? "failed" : null },
      el("td", { class: "time" }, clockTime(number(ride.time_unix_ms))),
      el("td", { class: "who" }, text(ride.customer)),
      el("td", { class: "driver" }, el("code", null, text(ride.driver) || "none")),
      el("td", { class: "number" }, failed ? el("span", { class: "badge" }, "error") : null,
        milliseconds(number(ride.latency_ms))),
      el("td", null, traceLink(ride.trace_id, el("code", null, text(ride.trace_id).slice(0, 8)))),
      el("td", null, traceLink(ride.trace_id, "logs", "#logs")));
  });
  if (rows.length === 0) {
    rows.push(el("tr", null, el("td", { colspan: 6, class: "quiet" },
      "No ride yet. Send one.")));
  }
  $("rides").replaceChildren(...rows);
}

// ---- Latency histogram ------------------------------------------------------------------------

const chart = { shape: "", columns: [], latency: null };
const TOP = 44;
const BOTTOM = 26;

function readBuckets(latency) {
  let lower = 0;
  return list(latency?.buckets).map((bucket) => {
    const upper = bucket.le === "+Inf" ? Infinity : number(bucket.le);
    const one = { lower, upper, count: Math.max(0, number(bucket.count)),
      exemplar: isTraceId(bucket.exemplar?.trace_id) ? bucket.exemplar : null };
    lower = upper;
    return one;
  });
}

// The buckets that hold something and one empty neighbour on each side.
function inhabited(buckets) {
  const full = buckets.map((bucket, i) => (bucket.count > 0 ? i : -1)).filter((i) => i >= 0);
  if (full.length === 0) return buckets;
  return buckets.slice(Math.max(0, full[0] - 1), full[full.length - 1] + 2);
}

// Linear inside the bucket, as PromQL's histogram_quantile estimates it.
function quantile(buckets, q) {
  const rank = q * buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  let below = 0;
  for (const { lower, upper, count } of buckets) {
    if (count > 0 && below + count >= rank) {
      if (upper === Infinity) return { over: true, value: lower };
      return { over: false, value: lower + (upper - lower) * ((rank - below) / count) };
    }
    below += count;
  }
  return { over: false, value: 0 };
}

// Where a value stands inside its column, 0 to 1: logarithmic, as the buckets are.
function within({ lower, upper }, value) {
  if (!Number.isFinite(value)) return 0.5;
  const top = upper === Infinity ? lower * 4 || 1 : upper;
  const floor = lower > 0 ? lower : top / 4;
  const place = Math.log(Math.max(value, Number.MIN_VALUE) / floor) / Math.log(top / floor);
  return Math.min(0.94, Math.max(0.06, place));
}

function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((limit) => limit >= value);
}

const rangeName = ({ lower, upper }) => (upper === Infinity
  ? `over ${milliseconds(lower * 1000)}`
  : `${milliseconds(lower * 1000)} to ${milliseconds(upper * 1000)}`);

function drawLatency(latency) {
  chart.latency = latency;
  const all = readBuckets(latency);
  const total = number(latency?.count);
  const estimate = (q) => {
    const { over, value } = quantile(all, q);
    return `${over ? ">" : "≈"} ${milliseconds(value * 1000)}`;
  };
  figures($("latency-figures"), total === 0 ? [["rides", "0"]] : [
    ["rides", counted.format(total)],
    ["mean", milliseconds((number(latency.sum) / total) * 1000)],
    ["p50", estimate(0.5)],
    ["p99", estimate(0.99)],
  ]);
  $("metric-name").textContent = text(latency?.metric);
  drawChart(inhabited(all));
}

function drawChart(buckets) {
  const size = { width: Math.max(240, Math.round($("chart").clientWidth)),
    height: Math.max(200, Math.round($("chart").clientHeight)) };
  const shape = JSON.stringify([size, buckets.map((bucket) => [bucket.lower, bucket.upper])]);
  if (shape !== chart.shape) {
    chart.shape = shape;
    buildChart(buckets, size);
  }
  const limit = roundUp(Math.max(...buckets.map((bucket) => bucket.count), 4));
  const floor = size.height - BOTTOM;
  chart.marks.forEach((mark, i) => {
    const value = counted.format((limit * (i + 1)) / chart.marks.length);
    mark.textContent = i === chart.marks.length - 1 ? `${value} rides` : value;
  });
  buckets.forEach((bucket, i) => {
    const top = floor - (bucket.count / limit) * (floor - TOP);
    drawColumn(chart.columns[i], bucket, top, floor);
  });
}

function buildChart(buckets, { width, height }) {
  const floor = height - BOTTOM;
  const step = width / Math.max(1, buckets.length);
  const every = Math.ceil(46 / step);
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group",
    "aria-label": "Histogram of ride latency with exemplars" });
  chart.marks = [0.5, 1].map((part) => {
    const y = floor - part * (floor - TOP);
    root.append(svg("line", { class: "rule", x1: 0, x2: width, y1: y, y2: y }));
    return svg("text", { class: "mark", x: 0, y: y - 5 });
  });
  chart.columns = buckets.map((bucket, i) => buildColumn(i * step, step, floor));
  buckets.slice(1).forEach((bucket, i) => {
    if (i % every !== 0) return;
    root.append(svg("text", { class: "mark", x: (i + 1) * step, y: floor + 18,
      "text-anchor": "middle" }, milliseconds(bucket.lower * 1000)));
  });
  root.append(...chart.columns.map((column) => column.group),
    svg("line", { class: "floor", x1: 0, x2: width, y1: floor, y2: floor }), ...chart.marks,
    ...chart.columns.map((column) => column.dot));
  $("chart").replaceChildren(root);
}

function buildColumn(x, step, floor) {
  const bar = svg("rect", { class: "bar", x: x + 1, width: Math.max(1, step - 2) });
  const area = svg("rect",
    { class: "area", x, width: step, y: TOP - 20, height: floor - TOP + 20 });
  const group = svg("g", { class: "column", role: "img" }, area, bar);
  const stem = svg("line", { class: "stem" });
  const target = svg("circle", { class: "target", r: 14 });
  const head = svg("circle", { class: "head", r: 6.5 });
  const dot = svg("a", { class: "exemplar-dot", hidden: true }, stem, target, head);
  const column = { x, step, bar, group, stem, target, head, dot, say: () => [], tell: () => [] };
  showTipFor(group, () => column.say());
  showTipFor(dot, () => column.tell());
  return column;
}

function drawColumn(column, bucket, top, floor) {
  const { x, step, bar, group, dot, stem, target, head } = column;
  bar.setAttribute("y", top);
  bar.setAttribute("height", Math.max(0, floor - top));
  const rides = plural(bucket.count, "ride", "rides");
  group.setAttribute("aria-label", `${rangeName(bucket)}: ${rides}`);
  column.say = () => [rangeName(bucket), rides];
  const { exemplar } = bucket;
  dot.toggleAttribute("hidden", exemplar === null);
  if (exemplar === null) {
    dot.removeAttribute("href");
    return;
  }
  const took = milliseconds(number(exemplar.value) * 1000);
  const cx = x + step * within(bucket, number(exemplar.value));
  const cy = top - 18;
  for (const circle of [target, head]) fill(circle, { cx, cy }, []);
  fill(stem, { x1: cx, x2: cx, y1: cy, y2: floor }, []);
  fill(dot, { href: `/trace/${exemplar.trace_id}`, "data-trace-id": exemplar.trace_id,
    "aria-label": `Exemplar of ${took}: open its trace` }, []);
  const at = clockTime(number(exemplar.time_unix_ms));
  column.tell = () => [took, `at ${at}, trace ${exemplar.trace_id.slice(0, 8)}…`];
}

// ---- Tooltip ----------------------------------------------------------------------------------

function showTipFor(node, lines) {
  const show = () => {
    const [head, ...rest] = lines();
    const tip = $("tip");
    tip.replaceChildren(el("b", null, head), ...rest.map((line) => el("span", null, line)));
    tip.hidden = false;
    const spot = (node.querySelector(".head, .bar") ?? node).getBoundingClientRect();
    const left = spot.left + spot.width / 2 - tip.offsetWidth / 2;
    const right = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(left, right))}px`;
    tip.style.top = `${Math.max(8, spot.top - tip.offsetHeight - 10)}px`;
  };
  node.addEventListener("pointerenter", show);
  node.addEventListener("focus", show);
  node.addEventListener("pointerleave", hideTip);
  node.addEventListener("blur", hideTip);
}

function hideTip() {
  $("tip").hidden = true;
}

// ---- Trace: from answers to a tree ------------------------------------------------------------

function readSpans(trace) {
  const spans = list(trace?.spans).slice(0, MAX_SPANS).map((span) => ({
    raw: span,
    id: text(span.span_id),
    parent: text(span.parent_span_id),
    service: text(span.service),
    failed: span.status === "error",
    start: nanos(span.start_unix_nano) ?? 0n,
    length: Math.max(0, number(span.duration_nano)) / 1e6,
    depth: 0,
  }));
  const first = spans.reduce((least, { start }) => (start < least ? start : least),
    spans[0]?.start ?? 0n);
  for (const span of spans) span.at = Number(span.start - first) / 1e6;
  return { spans: inTreeOrder(spans), first,
    total: Math.max(...spans.map((span) => span.at + span.length), 0.001) };
}

// Parents before children, siblings by start. Spans whose parent is not here count as roots, and
// whatever a cycle hides is appended, so that every span is shown exactly once.
function inTreeOrder(spans) {
  const ids = new Set(spans.map((span) => span.id));
  const children = groupByParent(spans);
  const ordered = [];
  const seen = new Set();
  const visit = (top) => {
    const stack = [[top, 0]];
    while (stack.length > 0) {
      const [span, depth] = stack.pop();
      if (seen.has(span)) continue;
      seen.add(span);
      span.depth = depth;
      ordered.push(span);
      const next = [...(children.get(span.id) ?? [])].sort((a, b) => b.at - a.at);
      for (const child of next) stack.push([child, depth + 1]);
    }
  };
  const byStart = [...spans].sort((a, b) => a.at - b.at);
  byStart.filter((span) => !ids.has(span.parent)).forEach(visit);
  byStart.forEach(visit);
  return ordered;
}

function groupByParent(spans) {
  const groups = new Map();
  for (const span of spans) {
    groups.set(span.parent, [...(groups.get(span.parent) ?? []), span]);
  }
  return groups;
}

const OWN_FIELDS = [
  "timestamp", "level", "logger", "message", "trace_id", "span_id", "trace_flags"];

function readLogLines(body, first) {
  return body.split("\n").filter((line) => line.trim() !== "").slice(0, MAX_LOG_LINES)
    .map((line) => {
      try {
        const record = JSON.parse(line);
        const time = nanosOfTime(record.timestamp);
        return { record, at: time === null ? null : Number(time - first) / 1e6,
          fields: entries(record).filter(([name]) => !OWN_FIELDS.includes(name)) };
      } catch {
        return { record: { level: "broken", message: line }, at: null, fields: [] };
      }
    }).sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || 0);
}

// ---- Trace: the waterfall ---------------------------------------------------------------------

function drawAxis(total) {
  const rough = total / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const ticks = [];
  for (let i = 0; i * step <= total * 0.94; i += 1) {
    const value = Number((i * step).toPrecision(6));
    const tick = el("span", null, i === 0 ? "0" : milliseconds(value));
    tick.style.left = `${(value / total) * 100}%`;
    ticks.push(tick);
  }
  $("axis").replaceChildren(...ticks);
  $("axis").parentElement.style.setProperty("--grid", `${(step / total) * 100}%`);
}

function spanBar(span, total, logs) {
  const left = (span.at / total) * 100;
  const width = Math.max((span.length / total) * 100, 0.15);
  const bar = el("span", { class: "span-bar" });
  bar.style.left = `${left}%`;
  bar.style.width = `${width}%`;
  const label = el("span", { class: "span-took" }, milliseconds(span.length));
  const after = left + width < 84;
  label.classList.add(after ? "after" : left > 16 ? "before" : "inside");
  label.style.setProperty(after ? "left" : "right",
    `${after ? left + width : left > 16 ? 100 - left : 100 - left - width}%`);
  const pips = logs.filter((log) => log.at !== null).map((log) => {
    const pip = el("span", { class: "pip", "data-level": text(log.record.level) });
    pip.style.left = `${Math.min(100, Math.max(0, (log.at / total) * 100))}%`;
    return pip;
  });
  return el("span", { class: "lane" }, bar, ...pips, label);
}

function spanRow(span, total, logs) {
  const { raw } = span;
  const known = SERVICES.includes(span.service) ? span.service : "other";
  const name = el("span", { class: "span-name" },
    el("span", { class: "span-title" }, text(raw.name) || "unnamed"),
    serviceMark(span.service),
    el("span", { class: "span-kind quiet" }, text(raw.kind)),
    span.failed ? el("span", { class: "badge" }, "error") : null);
  name.style.setProperty("--depth", Math.min(span.depth, 12));
  const details = el("div", { class: "span-details", id: `details-${span.id}`, hidden: true });
  const button = el("button", { type: "button", class: "span-row", "aria-expanded": "false",
    "aria-controls": `details-${span.id}` }, name, spanBar(span, total, logs));
  const row = el("li", { class: "span", id: `span-${span.id}`, "data-span-id": span.id,
    "data-service": known, "data-kind": text(raw.kind), "data-failed": span.failed,
    "data-depth": span.depth }, button, details);
  button.addEventListener("click", () => {
    toggleSpan(row, span, logs, details.hidden);
    markSpan(details.hidden ? "" : span.id);
  });
  return row;
}

function toggleSpan(row, span, logs, open) {
  const details = row.querySelector(".span-details");
  if (open && details.childElementCount === 0) details.append(...spanDetails(span, logs));
  details.hidden = !open;
  row.querySelector(".span-row").setAttribute("aria-expanded", String(open));
}

function table(rows) {
  return el("dl", { class: "pairs" }, ...rows.flatMap(([name, value]) =>
    [el("dt", null, text(name)), el("dd", null, shown(value))]));
}

function spanDetails(span, logs) {
  const { raw } = span;
  const facts = [["span id", span.id], ["parent", span.parent || "none, this is the root"],
    ["starts", `+${milliseconds(span.at)}`], ["status", text(raw.status)],
    ["log lines", logs.length]];
  if (raw.status_message) facts.push(["status message", raw.status_message]);
  const parts = [el("div", null, el("h3", null, "Span"), table(facts))];
  if (entries(raw.attributes).length > 0) {
    parts.push(el("div", null, el("h3", null, "Attributes"), table(entries(raw.attributes))));
  }
  for (const event of list(raw.events)) {
    const time = nanos(event.time_unix_nano);
    const since = time === null ? "" : ` +${milliseconds(Number(time - span.start) / 1e6)}`;
    parts.push(el("div", null, el("h3", null, `Event ${text(event.name)}${since}`),
      table(entries(event.attributes))));
  }
  const links = list(raw.links).map((link) =>
    el("li", null, traceLink(link.trace_id, text(link.trace_id), `#span-${text(link.span_id)}`)));
  if (links.length > 0) {
    parts.push(el("div", null, el("h3", null, "Links"), el("ul", null, ...links)));
  }
  return parts;
}

// ---- Trace: log lines -------------------------------------------------------------------------

function logLine({ record, at, fields }, services) {
  const span = text(record.span_id);
  const link = isSpanId(span) && services.has(span)
    ? el("a", { href: `#span-${span}`, class: "span-link", "data-service": services.get(span),
      title: `Show span ${span}` }, span.slice(0, 6))
    : el("span", { class: "quiet" }, "no span");
  return el("li", { class: "log-line", "data-level": text(record.level),
    "data-trace-id": text(record.trace_id), "data-span-id": span },
    el("span", { class: "log-time" }, at === null ? "" : `+${at.toFixed(1)} ms`),
    el("span", { class: "log-level" }, text(record.level)),
    el("span", { class: "log-logger" }, serviceMark(record.logger)),
    el("span", { class: "log-text" }, el("span", { class: "log-message" }, text(record.message)),
      ...fields.map(([name, value]) => el("span", { class: "field" },
        el("span", { class: "quiet" }, `${name}=`), shown(value)))),
    el("span", { class: "log-span" }, link));
}

function markSpan(id) {
  for (const node of document.querySelectorAll("#trace .marked")) node.classList.remove("marked");
  if (!isSpanId(id)) return;
  for (const node of document.querySelectorAll(`#trace [data-span-id="${id}"]`)) {
    node.classList.add("marked");
  }
}

// ---- The two views ----------------------------------------------------------------------------

const home = {
  title: () => "rides",
  element: $("home"),
  heading: $("home").querySelector("h1"),
  enter() {},
  async refresh(stillHere) {
    const state = await askJson("/api/state");
    if (!stillHere()) return;
    drawVitals(state);
    drawLatency(state.latency);
    drawCosts(state.costs);
    drawRides(state.rides);
  },
  done: () => false,
};

function traceView(id) {
  const seen = { spans: "", quiet: 0, unknown: 0, vitals: false };
  return {
    title: () => `trace ${id.slice(0, 8)}`,
    element: $("trace"),
    heading: $("trace-title"),
    enter() {
      $("trace-body").hidden = true;
      $("trace-title").textContent = "Trace";
      $("trace-id").textContent = id;
      say(isTraceId(id) ? "Looking for it…"
        : "This is not a trace id: it takes 32 hexadecimal digits.");
    },
    async refresh(stillHere) {
      const [trace, logs] = await Promise.all([askTrace(id), ask(`/api/logs?trace_id=${id}`)]);
      const state = seen.vitals ? null : await askJson("/api/state");
      if (!stillHere()) return;
      if (state) drawVitals(state);
      seen.vitals = true;
      if (trace === null) return missed(seen);
      const print = JSON.stringify([trace.spans?.length, logs.length]);
      seen.quiet = print === seen.spans ? seen.quiet + 1 : 0;
      if (print !== seen.spans) drawTrace(id, trace, logs, seen.spans === "");
      seen.spans = print;
    },
    done: () => !isTraceId(id) || seen.quiet >= SETTLED_AFTER || seen.unknown > UNKNOWN_TRACE_TRIES,
  };
}

async function askTrace(id) {
  try {
    return await askJson(`/api/traces/${id}`);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

function say(message) {
  $("trace-message").textContent = message;
  $("trace-message").hidden = message === "";
}

// A trace may be asked for before its last span has ended, so the first misses are not the verdict.
function missed(seen) {
  seen.unknown += 1;
  if (seen.unknown > UNKNOWN_TRACE_TRIES) {
    say("No such trace here. The demo keeps a bounded number; old ones make room for new ones.");
  }
}

function drawTrace(id, trace, logBody, firstTime) {
  const { spans, first, total } = readSpans(trace);
  const logs = readLogLines(logBody, first);
  const open = new Set([...document.querySelectorAll("#spans [aria-expanded=true]")]
    .map((button) => button.parentElement.dataset.spanId));
  const services = new Map(spans.map((span) => [span.id, span.service]));
  say("");
  $("trace-body").hidden = false;
  $("trace-title").textContent = text(spans[0]?.raw.name) || "Trace";
  drawTraceFigures(spans, logs, first, total);
  drawAxis(total);
  $("spans").replaceChildren(...spans.map((span) => {
    const own = logs.filter((log) => log.record.span_id === span.id);
    const row = spanRow(span, total, own);
    if (!firstTime && open.has(span.id)) toggleSpan(row, span, own, true);
    return row;
  }));
  $("log-lines").replaceChildren(...logs.map((log) => logLine(log, services)));
  $("raw-spans").setAttribute("href", `/api/traces/${id}`);
  $("raw-logs").setAttribute("href", `/api/logs?trace_id=${id}`);
  showHash(firstTime);
}

function drawTraceFigures(spans, logs, first, total) {
  const failed = spans.filter((span) => span.failed).length;
  figures($("trace-figures"), [
    ["took", milliseconds(total)],
    ["started", clockTime(Number(first / 1000000n))],
    ["services", counted.format(new Set(spans.map((span) => span.service)).size)],
    ["spans", counted.format(spans.length)],
    ["log lines", counted.format(logs.length)],
    ["errors", counted.format(failed), failed > 0 ? "bad" : null],
  ]);
}

function showHash(scroll) {
  const span = /^#span-([0-9a-f]{16})$/.exec(location.hash)?.[1];
  markSpan(span ?? "");
  const target = span ? $(`span-${span}`) : location.hash === "#logs" ? $("logs") : null;
  if (target && scroll) target.scrollIntoView({ block: span ? "center" : "start" });
}

// ---- Where we are, and when to ask again ------------------------------------------------------

let view = null;
let path = "";

const poller = {
  timer: 0,
  turn: 0,
  now() {
    clearTimeout(this.timer);
    this.turn += 1;
    if (!document.hidden) this.run(this.turn);
  },
  async run(turn) {
    const here = view;
    const stillHere = () => turn === this.turn && here === view;
    if (here.done()) return;
    try {
      await here.refresh(stillHere);
      if (stillHere()) reportReached();
    } catch (error) {
      if (stillHere()) reportGone(error);
    }
    if (stillHere() && !document.hidden) this.timer = setTimeout(() => this.run(turn), POLL_MS);
  },
};

function route(focus) {
  if (location.pathname === path) {
    if (view !== home) showHash(true);
    return;
  }
  path = location.pathname;
  const id = /^\/trace\/([^/]*)$/.exec(path)?.[1];
  view = id === undefined ? home : traceView(id);
  hideTip();
  home.element.hidden = view !== home;
  $("trace").hidden = view === home;
  document.title = view.title();
  view.enter();
  if (focus) view.heading.focus({ preventScroll: true });
  poller.now();
}

function followInside(event) {
  const link = event.target.closest?.("a[href]");
  const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const plain = event.button === 0 && !modified;
  if (!link || !plain || event.defaultPrevented) return;
  const href = link.getAttribute("href");
  if (href !== "/" && !href.startsWith("/trace/")) return;
  event.preventDefault();
  if (href !== location.pathname + location.hash) history.pushState(null, "", href);
  route(true);
  if (!location.hash) scrollTo(0, 0);
}

document.addEventListener("click", followInside);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(poller.timer);
  else poller.now();
});
addEventListener("popstate", () => route(true));
addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
new ResizeObserver(() => {
  if (chart.latency && !home.element.hidden) drawChart(inhabited(readBuckets(chart.latency)));
}).observe($("chart"));

drawCustomers();
route(false);
