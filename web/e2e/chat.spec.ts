import { type Browser, type Locator, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, post, seriousFindings, signedIn } from "./steps";

/** A second is promised; the rest is for a machine that is busy with the test itself. */
const SOON = { timeout: 10_000 };
const PASSWORD = "o pao de queijo da padaria";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("staff and the requester see each other, talk, and the transcript stays", async ({ browser, page }, info) => {
  await signedIn(page, product);
  const bia = await person(browser, page, "Bia Lima", "bia@example.com");
  const { id } = await post<{ id: string }>(bia, product, "tickets", { subject: "Sem acesso ao sistema" });
  const address = `${product.url}/chamados/${id}`;
  await page.goto(address);
  await bia.goto(address);

  await test.step("staff see who is there; of staff the requester learns only that they answer", async () => {
    await expect(page.getByTestId("participant")).toHaveAttribute("data-activity", "viewing", SOON);
    await expect(page.getByRole("img", { name: "Bia Lima está aqui" })).toBeVisible();
    await expect(bia.getByTestId("who-is-here")).toHaveCount(0);
    await page.getByRole("button", { name: "Atribuir a mim" }).first().click();
    await page.getByRole("radio", { name: "Nota interna" }).click();
    await page.getByRole("textbox", { name: /Escreva uma nota/ }).pressSequentially("segredo");
    await expect(bia.getByRole("textbox", { name: /Escreva uma resposta/ })).toBeVisible();
    await expect(bia.getByTestId("participant"), "a note is nobody else's").toHaveCount(0);
    await page.getByRole("radio", { name: "Resposta pública" }).click();
    await page.getByRole("textbox", { name: /Escreva uma resposta/ }).pressSequentially("olá");
    await expect(bia.getByTestId("participant")).toHaveAttribute("data-activity", "typing", SOON);
    await expect(bia.getByTestId("participant"), "who rests types no more").toHaveCount(0, { timeout: 15_000 });
  });

  await test.step("the requester begins, staff are told without a reload", async () => {
    await bia.getByTestId("chat-button").click();
    await panel(bia).getByRole("button", { name: "Iniciar chat" }).click();
    await say(bia, "Alguém aí?");
    await expect(page.getByTestId("chat-unread")).toContainText("1", SOON);
    await expect(page.locator('[data-testid="timeline-entry"][data-type="chat_started"]')).toBeVisible(SOON);
  });

  await test.step("each reads the other within a second or so; what was read is marked", async () => {
    await page.keyboard.press("Escape");
    await page.getByTestId("chat-button").click();
    await expect(panel(page).getByText("Alguém aí?")).toBeVisible();
    await expect(page.getByTestId("chat-unread")).toHaveCount(0, SOON);
    await expect(bia.getByTestId("chat-seen")).toHaveText(`Lida por ${ADMIN.name}`, SOON);
    await composer(page).pressSequentially("Oi, Bia");
    await expect(bia.getByTestId("chat-typing")).toHaveText(`${ADMIN.name} está escrevendo…`, SOON);
    await composer(page).press("Enter");
    await expect(panel(bia).getByText("Oi, Bia")).toBeVisible(SOON);
    await expect(composer(page)).toHaveValue("");
    await say(bia, "<b>A tela</b> diz:\n“sem licença”");
    await expect(panel(page).getByText("<b>A tela</b> diz:")).toBeVisible(SOON);
    await expect(page.getByTestId("chat-message")).toHaveCount(3);
  });

  await test.step("it looks right at both widths in both themes, and keeps nobody out", async () => {
    for (const width of [360, 1440]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: info.outputPath(`chat-${width}-${colorScheme}.png`) });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, `${width} scrolls sideways`).toBeLessThanOrEqual(0);
        expect(await seriousFindings(page), `${width} ${colorScheme}`).toEqual([]);
      }
    }
  });

  await test.step("either side ends it; another begins, and the first stays to be read", async () => {
    await panel(page).getByRole("button", { name: "Encerrar chat" }).click();
    await expect(bia.getByTestId("chat-ended")).toContainText(`${ADMIN.name} encerrou o chat`, SOON);
    await expect(composer(bia)).toHaveCount(0);
    await panel(bia).getByRole("button", { name: "Iniciar chat" }).click();
    await say(bia, "De novo eu");
    await panel(bia).getByRole("button", { name: "Chats anteriores" }).click();
    await bia.getByTestId("earlier-chat").click();
    await expect(panel(bia).getByText("Alguém aí?")).toBeVisible();
    await expect(composer(bia), "what has ended is for reading").toHaveCount(0);
  });

  await test.step("one writes in and ends what one sees, though another is open", async () => {
    const chats = async () => (await (await page.request.get(`${product.url}/api/tickets/${id}/chats`)).json()).items;
    const [seen] = (await chats()) as { id: string }[];
    // The page does not hear yet that the one it shows has ended, and that another was begun.
    let hear = () => {};
    const late = new Promise<void>((resolve) => (hear = resolve));
    // What the page gave up waiting for is no more.
    await page.route(`**/api/tickets/${id}/chat?*`, (route) => late.then(() => route.continue()).catch(() => {}));
    await post(bia, product, `chats/${seen?.id}/end`, {});
    const { id: another } = await post<{ id: string }>(bia, product, `tickets/${id}/chat/start`, {});
    await composer(page).fill("Você ainda está aí?");
    await composer(page).press("Enter");
    await expect(page.getByTestId("chat-outgoing")).toContainText("Não enviada.");
    const said = await page.request.get(`${product.url}/api/chats/${another}/messages`);
    expect(await said.json()).toMatchObject({ items: [] });
    const ending = page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/end"));
    await panel(page).getByRole("button", { name: "Encerrar chat" }).click();
    expect((await ending).ok()).toBe(true);
    expect(await chats()).toMatchObject([{ id: another, end: null }, { id: seen?.id, end: "closed" }, {}]);
    hear();
    await expect(page.getByTestId("chat-ended")).toHaveCount(0, SOON);
    await page.getByTestId("chat-outgoing").getByRole("button", { name: "Tentar de novo" }).click();
    await expect(page.getByTestId("chat-message"), "said anew where one is now").toHaveText(["Você ainda está aí?"]);
  });

  await test.step("it ends with the ticket", async () => {
    await post(page, product, `tickets/${id}/resolve`, { message: "" });
    await panel(bia).getByRole("button", { name: "Voltar ao chat atual" }).click();
    await expect(bia.getByTestId("chat-ended")).toContainText("encerrado com o chamado", SOON);
    await expect(panel(bia).getByText("O chamado está resolvido.")).toBeVisible(SOON);
  });
});

test("a message whose way was broken waits, and is said once", async ({ page }) => {
  await signedIn(page, product);
  const { id } = await post<{ id: string }>(page, product, "tickets", { subject: "Sem rede" });
  await post(page, product, `tickets/${id}/chat/start`, {});
  await page.goto(`${product.url}/chamados/${id}`);
  await page.getByRole("button", { name: "Chat em andamento" }).waitFor();
  await page.keyboard.press("l");
  // The server takes it, and the answer is lost on the way.
  await page.route("**/api/chats/*/messages", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await composer(page).fill("Está me ouvindo?");
  await composer(page).press("Enter");
  await expect(page.getByTestId("chat-outgoing")).toContainText("Não enviada.");
  await page.unroute("**/api/chats/*/messages");
  await page.getByTestId("chat-outgoing").getByRole("button", { name: "Tentar de novo" }).click();
  await expect(page.getByTestId("chat-outgoing")).toHaveCount(0);
  await expect(page.getByTestId("chat-message")).toHaveCount(1);
});

/** A collaborator signed in to a browser of their own. */
async function person(browser: Browser, admin: Page, name: string, email: string): Promise<Page> {
  const company = await post<{ id: string }>(admin, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  const role = { role: "collaborator", companyId: company.id };
  const { id } = await post<{ id: string }>(admin, product, "admin/users", { name, email, ...role });
  const { url } = await post<{ url: string }>(admin, product, `admin/users/${id}/password-reset`, {});
  const context = await browser.newContext({ baseURL: product.url, locale: "pt-BR" });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel("Nova senha").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${product.url}/chamados`);
  return page;
}

function panel(page: Page): Locator {
  return page.getByTestId("chat-panel");
}

function composer(page: Page): Locator {
  return panel(page).getByPlaceholder("Escreva uma mensagem…");
}

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await expect(page.getByTestId("chat-outgoing")).toHaveCount(0);
}
