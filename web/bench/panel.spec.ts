import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, type Page, expect, test } from "@playwright/test";
import { Product } from "../e2e/product";
import { signedIn } from "../e2e/steps";
import { CATEGORIES, framesOf, type TraceEvent } from "./frames";

const TICKETS = Number(process.env["CHAMADOS_BENCH_TICKETS"] ?? 10_000);
const AT_ONCE = 16;
const LOADS = 7;
/** How fast and how long the list is scrolled: as by a wheel that is spun. */
const PIXELS_A_SECOND = 6_000;
const SECONDS = 8;
/** Changes of tickets by others while it is. */
const CHANGES_A_SECOND = 5;
const DIST = join(import.meta.dirname, "../dist");

test("the entry, the first page, and a long list that is scrolled", async ({ page, browser }) => {
  const product = await Product.start();
  try {
    await signedIn(page, product);
    const tickets = await fill(page, product);
    const session = join(product.directory, "session.json");
    await page.context().storageState({ path: session });
    tell("entry, gzipped", `${(entrySize() / 1000).toFixed(1)} kB`);
    const times: number[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      // Nothing is cached in a new context.
      const context = await browser.newContext({ storageState: session, baseURL: product.url });
      times.push(await interactive(await context.newPage()));
      await context.close();
    }
    times.sort((a, b) => a - b);
    tell("first page interactive", `${ms(times[LOADS >> 1])} (median of ${LOADS}, longest ${ms(times.at(-1))}, nothing cached)`);

    await page.goto(`${product.url}/chamados`);
    const listed = await loadAll(page);
    row(["list", "rows", "seconds", "drawn/s", "dropped/s", "late/s", "longest gap", "main busy", "longest task"]);
    const measure = async (name: string) => {
      const frames = framesOf(await scrolled(browser, page));
      const rate = (count: number) => (count / frames.seconds).toFixed(1);
      row([
        name,
        String(listed),
        frames.seconds.toFixed(1),
        rate(frames.drawn),
        rate(frames.dropped),
        rate(frames.late),
        ms(frames.longestGap),
        `${Math.round(frames.busy * 100)} %`,
        ms(frames.longestTask),
      ]);
    };
    await measure("quiet");
    const changes = change(page, product, tickets);
    await measure("others work");
    tell("changes meanwhile", String(await changes.end()));
  } finally {
    await product.remove();
  }
});

/** The entry and all that the first page names, as `index.html` asks for it, each gzipped as it is sent; in bytes. */
function entrySize(): number {
  const index = readFileSync(join(DIST, "index.html"), "utf8");
  const files = [...index.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, file = ""]) => file);
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0);
}

/** Opens tickets through the API, several at a time; answers their ids. */
async function fill(page: Page, product: Product): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const one = async () => {
    while (next < TICKETS) {
      const data = { subject: `A impressora ${(next += 1)} não imprime` };
      const answer = await page.request.post(`${product.url}/api/tickets`, { data, headers: { origin: product.url } });
      expect(answer.status()).toBe(201);
      ids.push(((await answer.json()) as { id: string }).id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return ids;
}

/** Milliseconds from the start of the navigation until a frame with rows was drawn and a press would be answered. */
async function interactive(page: Page): Promise<number> {
  await page.addInitScript(() => {
    const row = "[data-testid=ticket-row]";
    const seen = new MutationObserver(() => {
      if (!document.querySelector(row)) return;
      seen.disconnect();
      // After the frame, and after whatever the main thread had to do first.
      requestAnimationFrame(() => setTimeout(() => Object.assign(window, { interactiveAt: performance.now() })));
    });
    seen.observe(document, { childList: true, subtree: true });
  });
  await page.goto("/chamados", { waitUntil: "commit" });
  const at = await page.waitForFunction(() => (window as { interactiveAt?: number }).interactiveAt);
  return (await at.jsonValue()) ?? Number.NaN;
}

/** Fetches page after page until the whole list is there; answers how long it is. */
async function loadAll(page: Page): Promise<number> {
  const more = page.getByRole("button", { name: "Carregar mais" });
  const last = page.locator("[aria-posinset]").last();
  await last.waitFor();
  while (await more.count()) {
    await more.click();
    await page.evaluate(() => document.querySelector("[data-scroll-restoration-id=page]")?.scrollBy(0, 1e7));
  }
  await page.evaluate(() => document.querySelector("[data-scroll-restoration-id=page]")?.scrollTo(0, 1e7));
  return Number(await last.getAttribute("aria-posinset"));
}

/** Scrolls from the top as a wheel does; answers with what Chromium traced of it. */
async function scrolled(browser: Browser, page: Page): Promise<TraceEvent[]> {
  await page.evaluate(() => document.querySelector("[data-scroll-restoration-id=page]")?.scrollTo(0, 0));
  await page.locator('[aria-posinset="1"]').waitFor();
  const cdp = await page.context().newCDPSession(page);
  await browser.startTracing(page, { categories: CATEGORIES });
  await cdp.send("Input.synthesizeScrollGesture", {
    x: 800,
    y: 500,
    yDistance: -PIXELS_A_SECOND * SECONDS,
    speed: PIXELS_A_SECOND,
    gestureSourceType: "mouse",
  });
  const trace = (await browser.stopTracing()).toString();
  await cdp.detach();
  return (JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** Somebody takes and leaves tickets all over the list, until it is ended; then answers how often. */
function change(page: Page, product: Product, tickets: readonly string[]): { end: () => Promise<number> } {
  let done = 0;
  const under = new Set<Promise<void>>();
  const one = async () => {
    const id = tickets[(done * 37) % tickets.length];
    done += 1;
    const priority = done % 2 === 0 ? "high" : "low";
    const data = { targets: [{ id }], priority };
    const answer = await page.request.post(`${product.url}/api/tickets/bulk`, { data, headers: { origin: product.url } });
    expect(answer.ok(), String(answer.status())).toBe(true);
  };
  const timer = setInterval(() => {
    const doing: Promise<void> = one().finally(() => under.delete(doing));
    under.add(doing);
  }, 1000 / CHANGES_A_SECOND);
  return {
    end: async () => {
      clearInterval(timer);
      await Promise.all(under);
      return done;
    },
  };
}

function ms(time: number | undefined): string {
  return `${(time ?? Number.NaN).toFixed(0)} ms`;
}

function tell(what: string, value: string): void {
  process.stdout.write(`  ${what.padEnd(24)}${value}\n`);
}

function row(cells: readonly string[]): void {
  const [first = "", ...rest] = cells;
  process.stdout.write(`  ${first.padEnd(12)}${rest.map((cell) => cell.padStart(14)).join("")}\n`);
}
