import { join } from "node:path";
import { type Page, expect, test } from "@playwright/test";
import { Product } from "../e2e/product";
import { signedIn } from "../e2e/steps";

const TICKETS = Number(process.env["CHAMADOS_BENCH_TICKETS"] ?? 10_000);
const AT_ONCE = 16;
const LOADS = 7;
/** Pixels a frame, about as fast as a wheel that is spun, and for how many frames. */
const STEP = 160;
const FRAMES = 900;
const FRAME = 1000 / 60;

test("first page, and a long list that is scrolled", async ({ page, browser }) => {
  const product = await Product.start();
  try {
    await signedIn(page, product);
    await fill(page, product);
    const session = join(product.directory, "session.json");
    await page.context().storageState({ path: session });
    const times: number[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      // Nothing is cached in a new context.
      const context = await browser.newContext({ storageState: session, baseURL: product.url });
      times.push(await interactive(await context.newPage()));
      await context.close();
    }
    times.sort((a, b) => a - b);
    tell(`first page interactive: median ${ms(times[LOADS >> 1])}, longest ${ms(times.at(-1))} of ${LOADS} loads, nothing cached`);

    await page.goto(`${product.url}/chamados`);
    const listed = await loadAll(page);
    const deltas = await scroll(page);
    deltas.sort((a, b) => a - b);
    const dropped = deltas.reduce((sum, delta) => sum + Math.max(0, Math.round(delta / FRAME) - 1), 0);
    const p = (share: number) => ms(deltas[Math.floor(deltas.length * share)]);
    tell(`list of ${listed} scrolled for ${deltas.length} frames: ${dropped} dropped, p50 ${p(0.5)}, p99 ${p(0.99)}, longest ${ms(deltas.at(-1))}`);
  } finally {
    await product.remove();
  }
});

/** Opens tickets through the API, several at a time. */
async function fill(page: Page, product: Product): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < TICKETS) {
      const data = { subject: `A impressora ${(next += 1)} não imprime` };
      const answer = await page.request.post(`${product.url}/api/tickets`, { data, headers: { origin: product.url } });
      expect(answer.status()).toBe(201);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Milliseconds from the start of the navigation until rows are there and a frame with them was painted. */
async function interactive(page: Page): Promise<number> {
  await page.goto("/chamados", { waitUntil: "commit" });
  await page.waitForSelector("[data-testid=ticket-row]");
  return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now()))));
}

/** Fetches page after page until the whole list is there; answers how long it is. */
async function loadAll(page: Page): Promise<number> {
  const more = page.getByRole("button", { name: /Carregar mais|Mostrar mais/ });
  const last = page.locator("[aria-posinset]").last();
  await last.waitFor();
  while (await more.count()) {
    const place = await last.getAttribute("aria-setsize");
    await more.click();
    await page.evaluate(() => document.querySelector("[data-scroll-restoration-id=page]")?.scrollBy(0, 1e7));
    if (place === null) break;
  }
  await page.evaluate(() => document.querySelector("[data-scroll-restoration-id=page]")?.scrollTo(0, 1e7));
  return Number(await last.getAttribute("aria-posinset"));
}

/** Scrolls from the top, and answers how long each frame took. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(
    ({ step, frames }) =>
      new Promise<number[]>((resolve) => {
        const list = document.querySelector("[data-scroll-restoration-id=page]");
        list?.scrollTo(0, 0);
        const deltas: number[] = [];
        let before: number | undefined;
        const frame = (now: number) => {
          if (before !== undefined) deltas.push(now - before);
          before = now;
          if (deltas.length === frames) return resolve(deltas);
          list?.scrollBy(0, step);
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    { step: STEP, frames: FRAMES },
  );
}

function ms(time: number | undefined): string {
  return `${(time ?? Number.NaN).toFixed(1)} ms`;
}

function tell(line: string): void {
  process.stdout.write(`  ${line}\n`);
}
