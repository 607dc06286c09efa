import { type Locator, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { Proxy } from "./proxy";
import { post, seriousFindings, signedIn } from "./steps";

const TEXT = "Troquei o cabo; falta testar.";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start({ CHAMADOS__GATEWAY__LIVE_PING_MILLIS: "1000" });
});

test.afterEach(async ({ page }) => {
  await page.close();
  await product.remove();
});

test("the server goes and comes back under an open ticket, and nothing is lost", async ({ page }, info) => {
  await signedIn(page, product);
  const ticket = await post<{ id: string }>(page, product, "tickets", { subject: "A impressora não imprime" });
  await page.goto(`${product.url}/chamados/${ticket.id}`);
  await page.getByRole("button", { name: "Atribuir a mim" }).first().click();
  await expect(composer(page)).toBeEditable();
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));

  await test.step("the page says so, keeps what it shows, and takes what is typed", async () => {
    await product.stop();
    await expect(bar(page)).toHaveAttribute("data-state", "offline");
    await expect(bar(page)).toContainText("Sem conexão com o servidor");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("heading", { name: "A impressora não imprime" })).toBeVisible();
    await composer(page).fill(TEXT);
    await expect(page.getByTestId("draft-state")).toHaveAttribute("data-state", "failed");
    await page.getByRole("button", { name: "Responder" }).click();
    await expect(page.getByRole("alert")).toContainText("O servidor não responde");
    await expect(composer(page)).toHaveText(TEXT);
    for (const width of [360, 1440]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: info.outputPath(`offline-${width}-${colorScheme}.png`) });
        expect(await seriousFindings(page), `${width} ${colorScheme}`).toEqual([]);
      }
    }
  });

  await test.step("it is back: the bar says so and goes, the draft is saved, the ticket is live", async () => {
    await product.run();
    await expect(bar(page)).toHaveAttribute("data-state", "back");
    await expect(bar(page)).toContainText("Tudo está atualizado");
    await expect(bar(page)).toHaveCount(0);
    await expect(page.getByTestId("draft-state")).toHaveAttribute("data-state", "saved");
    await expect(composer(page)).toHaveText(TEXT);
    await post(page, product, `tickets/${ticket.id}/start`, {});
    await expect(page.getByTestId("status-badge").first()).toHaveAttribute("data-status", "in_progress");
    await page.getByRole("button", { name: "Responder" }).click();
    await expect(page.getByTestId("comment")).toContainText(TEXT);
    await page.reload();
    await expect(page.getByTestId("comment")).toHaveCount(1);
  });
});

test("a part that is away is named, and the rest goes on", async ({ page }) => {
  await signedIn(page, product);
  let away = true;
  await page.route(/\/api\/(admin\/)?devices/, (route) => {
    if (!away) return route.continue();
    const problem = { type: "", title: "", status: 503, detail: "", code: "unavailable", requestId: "r", errors: [], service: "device" };
    return route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) });
  });
  await page.goto(`${product.url}/dispositivos`);
  await expect(bar(page)).toHaveAttribute("data-state", "away");
  await expect(bar(page)).toContainText("Fora do ar: dispositivos");
  await page.getByRole("link", { name: "Chamados" }).click();
  await expect(page.getByTestId("empty-state")).toBeVisible();
  await expect(bar(page)).toHaveAttribute("data-state", "away");
  await page.getByRole("link", { name: "Dispositivos" }).click();
  away = false;
  await expect(bar(page)).toHaveAttribute("data-state", "back");
  await expect(page.getByTestId("empty-state")).toBeVisible();
});

test("a connection that goes nowhere is noticed, and its successor goes on where it was", async ({ page }) => {
  const proxy = await Proxy.to(product.url);
  try {
    await signedIn(page, product);
    const ticket = await post<{ id: string }>(page, product, "tickets", { subject: "A impressora não imprime" });
    const streams: string[] = [];
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname === "/api/events") streams.push(search);
    });
    await page.goto(`${proxy.url}/chamados/${ticket.id}`);
    const status = page.getByTestId("status-badge").first();
    await post(page, product, `tickets/${ticket.id}/start`, {});
    await expect(status).toHaveAttribute("data-status", "in_progress");

    proxy.freeze();
    await post(page, product, `tickets/${ticket.id}/pause`, { reason: "waiting_requester" });
    await expect.poll(() => streams[1]).toMatch(/^\?lastEventId=[0-9a-f]{8}-\d+$/);
    expect(streams[0]).toBe("");
    await expect(status).toHaveAttribute("data-status", "paused");
    await post(page, product, `tickets/${ticket.id}/start`, {});
    await expect(status).toHaveAttribute("data-status", "in_progress");
  } finally {
    proxy.close();
  }
});

function bar(page: Page): Locator {
  return page.getByTestId("connection");
}

function composer(page: Page): Locator {
  return page.getByRole("textbox", { name: /Escreva uma resposta/ });
}
