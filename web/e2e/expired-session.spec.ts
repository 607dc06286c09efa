import { type APIResponse, type Browser, type Locator, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, post, seriousFindings, signIn, signedIn } from "./steps";

const TEXT = "Troquei o cabo; falta testar.";
const WIDTHS = [360, 1440];
const THEMES = ["light", "dark"] as const;

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("a session that ends takes nothing that was typed", async ({ browser, page }, info) => {
  const address = await writing(page);
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  const other = await elsewhere(browser, address);
  await endOthers(other);

  await test.step("the page asks to sign in again, and cannot be used before", async () => {
    await expect(dialog(page)).toBeVisible();
    await expect(dialog(page).getByLabel("E-mail")).toHaveValue(ADMIN.email);
    await expect(dialog(page).getByLabel("E-mail")).not.toBeEditable();
    await expect(dialog(page).getByLabel("Senha")).toBeFocused();
    await page.keyboard.press("Escape");
    await page.mouse.click(5, 5);
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog")).toHaveCount(1);
    await expect(dialog(page)).toBeVisible();
    for (const width of WIDTHS) {
      for (const colorScheme of THEMES) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: info.outputPath(`signed-out-${width}-${colorScheme}.png`) });
        expect(await seriousFindings(page), `${width} ${colorScheme}`).toEqual([]);
      }
    }
  });

  await test.step("a wrong password is refused in words", async () => {
    await dialog(page).getByLabel("Senha").fill("outra senha");
    await page.keyboard.press("Enter");
    await expect(dialog(page).getByRole("alert")).toHaveText("E-mail ou senha incorretos.");
    await expect(dialog(page).getByLabel("Senha")).toHaveValue("");
  });

  await test.step("what happened meanwhile is caught up, and what was typed is there", async () => {
    await post(other, product, `tickets/${address.split("/").at(-1)}/start`, {});
    await dialog(page).getByLabel("Senha").fill(ADMIN.password);
    await page.keyboard.press("Enter");
    await expect(dialog(page)).toBeHidden();
    await expect(page.getByTestId("status-badge").first()).toHaveAttribute("data-status", "in_progress");
    await expect(composer(page)).toHaveText(TEXT);
    await expect(page.getByTestId("toast")).toHaveCount(0);
    expect(await page.evaluate(() => "neverReloaded" in window)).toBe(true);
  });

  await test.step("it is live again, drafts are saved, and the text can be sent", async () => {
    await post(other, product, `tickets/${address.split("/").at(-1)}/pause`, { reason: "waiting_requester" });
    await expect(page.getByTestId("status-badge").first()).toHaveAttribute("data-status", "paused");
    await expect(page.getByTestId("draft-state")).toHaveAttribute("data-state", "saved");
    await page.getByRole("button", { name: "Responder" }).click();
    await expect(page.getByTestId("comment")).toContainText(TEXT);
  });
});

test("what was typed after the session had ended is saved once it is back", async ({ browser, page }) => {
  const address = await writing(page);
  const other = await elsewhere(browser, address);
  // Neither the stream nor anything else has told the page yet.
  await page.route("**/api/events", (route) => route.abort());
  await endOthers(other);
  await composer(page).press("End");
  await page.keyboard.insertText(" Amanhã.");
  await expect(dialog(page)).toBeVisible();
  await page.unroute("**/api/events");
  await dialog(page).getByLabel("Senha").fill(ADMIN.password);
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("draft-state")).toHaveAttribute("data-state", "saved");
  await page.reload();
  await expect(composer(page)).toHaveText(`${TEXT} Amanhã.`);
});

test("another account leaves the page, and nothing of it stays", async ({ browser, page }) => {
  const address = await writing(page);
  const other = await elsewhere(browser, address);
  await endOthers(other);
  await dialog(page).getByRole("button", { name: "Usar outra conta" }).click();
  await expect(page).toHaveURL(`${product.url}/entrar`);
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByRole("heading", { level: 1, name: "Entrar" })).toBeVisible();
});

test("who signed in meanwhile in another tab does not get the page of the one before", async ({ page }) => {
  await writing(page);
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  await anotherSignsIn(page);
  await page.bringToFront();
  await expect(page).toHaveURL(`${product.url}/chamados`);
  expect(await page.evaluate(() => "neverReloaded" in window)).toBe(false);
  await expect(page.getByRole("button", { name: "Caio Reis" })).toBeVisible();
});

test("a draft that comes late, when another has signed in, is nobody else's", async ({ page }) => {
  const address = await writing(page);
  const drafts = `${product.url}/api/tickets/${address.split("/").at(-1)}/drafts`;
  // The save waits on its way until Caio has signed in, and leaves with the cookie that the browser has by then.
  let leave = () => {};
  const signedInMeanwhile = new Promise<void>((resolve) => (leave = resolve));
  const answered = new Promise<APIResponse>((resolve) => {
    void page.route(`${drafts}/*`, async (route) => {
      await signedInMeanwhile;
      const cookies = await page.context().cookies(product.url);
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      const response = await route.fetch({ headers: { ...route.request().headers(), cookie } });
      resolve(response);
      // Nobody waits for it where the page has learned of him otherwise.
      await route.fulfill({ response }).catch(() => {});
    });
  });
  const underway = page.waitForRequest((request) => request.method() === "PUT" && request.url().startsWith(drafts));
  await composer(page).press("End");
  await page.keyboard.insertText(" Amanhã.");
  await underway;
  const tab = await anotherSignsIn(page);
  leave();
  const answer = await answered;
  expect(answer.status()).toBe(403);
  expect(await answer.json()).toMatchObject({ code: "another_user" });

  await test.step("the page becomes the other's, to whom nothing of it is kept", async () => {
    await expect(page).toHaveURL(`${product.url}/chamados`);
    await expect(page.getByRole("button", { name: "Caio Reis" })).toBeVisible();
    const theirs = await page.request.get(drafts);
    expect(await theirs.json()).toMatchObject({ items: [] });
    await page.goto(address);
    await expect(composer(page)).toHaveText("");
  });

  await test.step("its writer finds what was kept", async () => {
    await tab.close();
    await page.context().clearCookies();
    await page.goto(address);
    await signIn(page);
    await expect(composer(page), "also what came too late to be saved").toHaveText(`${TEXT} Amanhã.`);
    await expect(page.getByTestId("draft-state")).toHaveAttribute("data-state", "saved");
    await page.reload();
    await expect(composer(page)).toHaveText(`${TEXT} Amanhã.`);
  });
});

/** A comment begun on a new ticket of one's own; answers with where it is. */
async function writing(page: Page): Promise<string> {
  await signedIn(page, product);
  const { id } = await post<{ id: string }>(page, product, "tickets", { subject: "A impressora não imprime" });
  const address = `${product.url}/chamados/${id}`;
  await page.goto(address);
  await page.getByRole("button", { name: "Atribuir a mim" }).first().click();
  await composer(page).fill(TEXT);
  await expect(page.getByTestId("draft-state")).toHaveAttribute("data-state", "saved");
  return address;
}

/** Signs Caio in, in another tab of the same browser. */
async function anotherSignsIn(page: Page): Promise<Page> {
  const { id: caio } = await post<{ id: string }>(page, product, "admin/users", {
    name: "Caio Reis",
    email: "caio@example.com",
    role: "agent",
    companyId: null,
  });
  const { url } = await post<{ url: string }>(page, product, `admin/users/${caio}/password-reset`, {});
  const tab = await page.context().newPage();
  await tab.goto(url);
  await tab.getByLabel("Nova senha").fill("a senha comprida do caio");
  await tab.getByRole("button", { name: "Salvar e entrar" }).click();
  await expect(tab).toHaveURL(`${product.url}/chamados`);
  return tab;
}

/** The same person in another browser. */
async function elsewhere(browser: Browser, address: string): Promise<Page> {
  const other = await browser.newPage();
  await other.goto(address);
  await signIn(other);
  await expect(other).toHaveURL(address);
  return other;
}

/** Ends every session of the person but the one of `page`. */
async function endOthers(page: Page): Promise<void> {
  const sessions = await (await page.request.get(`${product.url}/api/me/sessions`)).json();
  for (const { id, current } of sessions.items as { id: string; current: boolean }[]) {
    if (current) continue;
    const ended = await page.request.delete(`${product.url}/api/me/sessions/${id}`, { headers: { origin: product.url } });
    expect(ended.ok()).toBe(true);
  }
}

function dialog(page: Page): Locator {
  return page.getByRole("dialog", { name: "Sua sessão terminou" });
}

function composer(page: Page): Locator {
  return page.getByRole("textbox", { name: /Escreva uma resposta/ });
}
