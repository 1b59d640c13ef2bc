// Drives the page of a running rides demo in headless Chromium, as a visitor would.
//
//   node rides_page.test.mjs http://127.0.0.1:8080 [--screenshot FILE.png]
//
// Needs `npm ci` in this folder and a Chromium (CHROMIUM names it, /usr/bin/chromium otherwise).
// Prints one line per thing seen; exits 1 at the first that is not as it should be. With
// --screenshot it writes FILE.png (first page) and FILE-trace.png (trace view).
// Every wait is for an element, an answer or a navigation, none for time to pass.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const USAGE = "usage: node rides_page.test.mjs http://127.0.0.1:PORT [--screenshot FILE.png]";
const PATIENCE_MS = 20000;
const CUSTOMERS = { 123: "Rachel's Floral Designs", 392: "Trom Chocolatier",
  731: "Japanese Desserts", 567: "Amazing Coffee Roasters" };
const CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const DOT = "a.exemplar-dot:not([hidden])";
const SPAN = "#spans .span";
const LOG_LINE = "#log-lines .log-line";

const saw = (what) => console.log(`saw  ${what}`);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true,
      options: { screenshot: { type: "string" }, help: { type: "boolean" } } });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    assert.equal(positionals.length, 1, "the demo's address is missing");
    const base = new URL(positionals[0]);
    assert.equal(base.hostname, "127.0.0.1", "the demo's address must be on 127.0.0.1");
    return { base: base.origin, screenshot: values.screenshot };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

// Everything the browser asks for and complains about, on every page of the context.
function listen(context) {
  const heard = { requests: [], complaints: [] };
  context.on("request", (request) => heard.requests.push(request.url()));
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      heard.complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => heard.complaints.push(String(error.error())));
  return heard;
}

// ---- What a visitor does ----------------------------------------------------------------------

async function sends_a_ride_and_sees_its_answer(page, customer) {
  await page.click(`#customers button[data-customer="${customer}"]`);
  const answer = page.locator(".answer").first();
  await page.waitForSelector(".answer:first-child:not([data-state=waiting])");
  const said = (await answer.innerText()).replaceAll("\n", " | ");
  assert.equal(await answer.getAttribute("data-state"), "ok", `the ride failed: ${said}`);
  assert.ok(said.includes(CUSTOMERS[customer]), `another customer's answer: ${said}`);
  assert.match(said, /\d (ms|s|µs)\b/, `no latency in: ${said}`);
  const href = await answer.locator("a[data-trace-id]").getAttribute("href");
  assert.match(href, /^\/trace\/[0-9a-f]{32}$/);
  saw(`an answer: ${said}`);
  return href.slice("/trace/".length);
}

async function sees_rides_and_costs(page) {
  await page.waitForSelector("#rides a[data-trace-id]");
  await page.waitForSelector("#costs .cost-bar");
  const rides = await page.locator("#rides tr").count();
  const costs = await page.locator("#costs li").allInnerTexts();
  assert.ok(costs.some((cost) => Object.values(CUSTOMERS).some((name) => cost.includes(name))),
    `no known customer among the costs: ${costs}`);
  saw(`${rides} latest rides; costs: ${costs.map((c) => c.replaceAll("\n", " ")).join("; ")}`);
}

async function keeps_the_row_under_the_focus(page) {
  const link = page.locator("#rides a[data-trace-id]").first();
  await link.focus();
  const href = await page.evaluate(() => document.activeElement.getAttribute("href"));
  for (let polls = 0; polls < 2; polls += 1) await page.waitForResponse("**/api/state");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), href,
    "the table moved away under the focus");
  await page.waitForSelector("#held:not([hidden])");
  await link.blur();
  saw("a table that holds still under the focus");
}

// A dot may get a newer exemplar until the moment of the click, so the address decides which.
async function opens_an_exemplar(page, how) {
  await page.waitForSelector(DOT);
  const dots = page.locator(DOT);
  saw(`${await dots.count()} exemplar dots`);
  const dot = dots.last();
  if (how === "keyboard") {
    await dot.focus();
    await page.waitForSelector("#tip:not([hidden])");
    await page.keyboard.press("Enter");
  } else {
    await dot.locator(".head").click();
  }
  await page.waitForURL(/\/trace\/[0-9a-f]{32}$/);
  const id = new URL(page.url()).pathname.slice("/trace/".length);
  saw(`trace ${id}, opened by ${how}`);
  return id;
}

async function sees_the_trace(page, id) {
  const verdict = await page.waitForFunction(([span, line, wanted]) => {
    const message = document.getElementById("trace-message").textContent;
    if (message.startsWith("No such trace")) return message;
    // Until the answer is here, the trace seen before is still in the document, but hidden.
    return document.getElementById("trace-id").textContent === wanted &&
      !document.getElementById("trace-body").hidden &&
      document.querySelectorAll(span).length >= 4 &&
      document.querySelectorAll(line).length >= 1 && "shown";
  }, [SPAN, LOG_LINE, id]).catch((error) => tells_what_is_there(page, id, error));
  assert.equal(await verdict.jsonValue(), "shown", `trace ${id}`);
  const spans = page.locator(SPAN);
  const services = new Set(await spans.evaluateAll((all) => all.map((s) => s.dataset.service)));
  assert.ok(services.size >= 3, `spans of ${[...services]} only`);
  const carried = await page.locator(LOG_LINE).evaluateAll(
    (lines) => lines.map((line) => line.dataset.traceId));
  assert.deepEqual(carried.filter((carries) => carries !== id), [], "log lines of another trace");
  saw(`${await spans.count()} spans of ${[...services].sort().join(", ")}; ` +
    `${carried.length} log lines, each with this trace's id`);
}

async function tells_what_is_there(page, id, error) {
  const [spans, lines] = [await page.locator(SPAN).count(), await page.locator(LOG_LINE).count()];
  throw new Error(`trace ${id} shows ${spans} spans and ${lines} log lines: ${error.message}`);
}

async function finds_the_span_of_a_log_line(page) {
  const link = page.locator(`${LOG_LINE} a.span-link`).first();
  const span = await link.getAttribute("href");
  await link.click();
  await page.waitForSelector(`${SPAN}${span}.marked`);
  await page.locator(`${SPAN}${span} .span-row`).click();
  await page.waitForSelector(`${SPAN}${span} .span-details:not([hidden])`);
  saw("a log line that leads to its span, and the span's details");
}

async function finds_the_request_it_sent(page, id) {
  const session = /session=(\d+)/.exec(await page.locator("#send-note").innerText())[1];
  await page.locator(`.answer a[data-trace-id="${id}"]`).click();
  await sees_the_trace(page, id);
  const lines = await page.locator(LOG_LINE).allInnerTexts();
  const ours = lines.filter((line) => line.includes(session));
  assert.ok(ours.length > 0, `no log line names session ${session}: ${lines.join("\n")}`);
  saw(`session ${session} from the page's baggage in ${ours.length} of ${lines.length} log lines`);
}

async function goes_back(page, base) {
  await page.goBack();
  while (new URL(page.url()).pathname !== "/") await page.goBack();
  await page.waitForSelector("#home:not([hidden])");
  assert.equal(page.url(), `${base}/`);
}

// ---- What a visitor must never meet -----------------------------------------------------------

const HOSTILE =
  `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

function hostileState() {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const ride = { time_unix_ms: 1e300, trace_id: `"><b>${trace}`, customer: HOSTILE,
    driver: HOSTILE, latency_ms: "many", status: HOSTILE };
  return { version: HOSTILE, uptime_seconds: null, load_rps: HOSTILE, rides: [ride, {}],
    latency: { metric: HOSTILE, unit: "s", count: 3, sum: "x", buckets: [
      { le: 0.1, count: 2, exemplar: { trace_id: "javascript:alert(1)", value: 0.05 } },
      { le: "+Inf", count: 1, exemplar: { trace_id: trace, value: -1 } }] },
    costs: [{ customer: HOSTILE, cpu_seconds: "NaN", calls: -1 }] };
}

async function shows_hostile_values_as_text(context, base) {
  const page = await context.newPage();
  await page.route("**/api/state", (route) => route.fulfill({ json: hostileState() }));
  await page.goto(`${base}/`);
  await page.waitForSelector("#rides .who");
  assert.equal(await page.locator("#rides .who").first().innerText(), HOSTILE);
  assert.equal(await page.locator("#costs .cost-who").innerText(), HOSTILE);
  assert.equal(await page.locator("main img, main script, main b").count(), 0);
  assert.deepEqual(await page.locator(DOT).evaluateAll((all) => all.map((dot) =>
    dot.getAttribute("href"))), ["/trace/0af7651916cd43dd8448eb211c80319c"]);
  assert.equal(await page.title(), "rides");
  saw("hostile values shown as text, no link made of what is not an id");
  await page.close();
}

async function says_when_the_demo_is_gone_and_back(context, base) {
  const page = await context.newPage();
  await page.goto(`${base}/`);
  await page.waitForSelector("#vitals dd");
  await page.route("**/api/state", (route) => route.abort("connectionrefused"));
  await page.waitForSelector("#gone:not([hidden])");
  const message = await page.locator("#gone").innerText();
  assert.match(message, /does not answer/);
  await page.unroute("**/api/state");
  await page.waitForSelector("#gone", { state: "hidden" });
  saw(`when the demo is gone: "${message}", and its end when it is back`);
  await page.close();
}

async function says_that_it_does_not_know_a_trace(context, base) {
  const page = await context.newPage();
  await page.goto(`${base}/trace/00000000000000000000000000000001`);
  await page.waitForSelector("#trace-message:has-text('No such trace')");
  saw("a trace that does not exist, and the message that says so");
  await page.close();
}

// ---- The visit --------------------------------------------------------------------------------

async function takes_pictures(page, base, file) {
  const stem = file.replace(/\.png$/, "");
  await page.goto(`${base}/`);
  for (const customer of [123, 392, 731, 567]) {
    await sends_a_ride_and_sees_its_answer(page, customer);
  }
  await page.waitForFunction(() => document.querySelectorAll("#rides tr").length >= 4);
  await page.locator(DOT).last().locator(".head").hover();
  await page.waitForSelector("#tip:not([hidden])");
  await page.screenshot({ path: `${stem}.png`, fullPage: true });
  await sees_the_trace(page, await opens_an_exemplar(page, "mouse"));
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${stem}-trace.png`, fullPage: true });
  saw(`pictures written: ${stem}.png, ${stem}-trace.png`);
}

function never_left(base, heard) {
  const strangers = heard.requests.filter((url) =>
    !url.startsWith("data:") && new URL(url).origin !== base);
  assert.ok(heard.requests.length > 10, "the browser's requests were not heard");
  assert.deepEqual(strangers, [], "requests that left the demo");
}

async function visit(context, base, screenshot, heard) {
  const page = await context.newPage();
  await page.goto(`${base}/`);
  await page.waitForSelector("#vitals dd");
  const ours = await sends_a_ride_and_sees_its_answer(page, 392);
  await sees_rides_and_costs(page);
  await keeps_the_row_under_the_focus(page);
  await sees_the_trace(page, await opens_an_exemplar(page, "mouse"));
  await finds_the_span_of_a_log_line(page);
  await goes_back(page, base);
  await sees_the_trace(page, await opens_an_exemplar(page, "keyboard"));
  await goes_back(page, base);
  await finds_the_request_it_sent(page, ours);
  await page.reload();
  await sees_the_trace(page, ours);
  if (screenshot) await takes_pictures(page, base, screenshot);
  await page.close();
  await shows_hostile_values_as_text(context, base);
  never_left(base, heard);
  assert.deepEqual(heard.complaints, [], "the browser's console complains");
  // From here on the console is expected to speak of the refused and unknown answers.
  await says_when_the_demo_is_gone_and_back(context, base);
  await says_that_it_does_not_know_a_trace(context, base);
  never_left(base, heard);
  saw(`${heard.requests.length} requests, all to ${base}; no complaint in the console`);
}

async function main() {
  const { base, screenshot } = readArguments();
  const profile = await mkdtemp(join(tmpdir(), "rides-page-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true, chromiumSandbox: false, args: CHROMIUM_FLAGS,
    viewport: { width: 1280, height: 900 }, colorScheme: "light",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const heard = listen(context);
  try {
    await visit(context, base, screenshot, heard);
    console.log("ok   the page leads from a dot to its trace and log lines");
  } catch (error) {
    for (const complaint of heard.complaints) console.error(`console: ${complaint}`);
    throw error;
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(`FAIL ${error.stack ?? error}`);
  process.exitCode = 1;
});
