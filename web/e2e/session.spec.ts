import { type Browser, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, post, signIn, signedIn } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("a wrong password is refused in words, and the form can be used again", async ({ browser, page }) => {
  await signedIn(await browser.newPage(), product);
  await page.goto(`${product.url}/entrar`);
  await signIn(page, "outra senha");
  await expect(page.getByRole("alert")).toHaveText(/E-mail ou senha incorretos\./);
  await expect(page.getByLabel("Senha")).toHaveValue("");
  await signIn(page);
  await expect(page).toHaveURL(`${product.url}/chamados`);
});

test("who is signed out signs in and is back at the address asked for", async ({ page }) => {
  await signedIn(page, product);
  await page.goto(`${product.url}/dispositivos`);
  await page.getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: "Sair" }).click();
  await expect(page).toHaveURL(/\/entrar/);

  const asked = `${product.url}/dispositivos?q=balcao`;
  await page.goto(asked);
  await expect(page.getByText("Entre para continuar na página que você pediu.")).toBeVisible();
  await signIn(page);
  await expect(page).toHaveURL(asked);
  await expect(page.getByRole("heading", { level: 1, name: "Dispositivos" })).toBeVisible();
});

test("what one browser does is seen in the other without a reload", async ({ browser }) => {
  const [one, other] = await twoOnOneTicket(browser);
  await one.getByRole("button", { name: "Iniciar" }).click();
  await expect(other.getByTestId("status-badge").first()).toHaveAttribute("data-status", "in_progress");
  await expect(other.getByTestId("work-clock")).toHaveAttribute("data-running", "true");
  await one.getByRole("textbox", { name: /Escreva uma resposta/ }).fill("Já vou aí.");
  await one.getByRole("button", { name: "Responder" }).click();
  await expect(other.getByTestId("comment")).toContainText("Já vou aí.");
  // A page that loaded again would have lost what it was handed.
  expect(await other.evaluate(() => "neverReloaded" in window)).toBe(true);
});

test("of two who edit the same subject the later is asked whose shall stand", async ({ browser }) => {
  const [one, other] = await twoOnOneTicket(browser);
  await edit(one, "Impressora sem papel");
  await edit(other, "Impressora sem tinta");
  await one.getByRole("button", { name: "Salvar" }).click();
  await expect(one.getByRole("heading", { level: 1 })).toHaveText("Impressora sem papel");

  await other.getByRole("button", { name: "Salvar" }).click();
  const dialog = other.getByRole("dialog", { name: "Outra pessoa salvou antes" });
  await expect(dialog.getByTestId("conflict")).toContainText("Impressora sem papel");
  await expect(dialog.getByTestId("conflict")).toContainText("Impressora sem tinta");
  await dialog.getByRole("button", { name: "Salvar o meu" }).click();
  await expect(dialog).toBeHidden();
  await expect(one.getByRole("heading", { level: 1 })).toHaveText("Impressora sem tinta");
});

/** Two browsers of the same person, both on a new ticket and listening. */
async function twoOnOneTicket(browser: Browser): Promise<[Page, Page]> {
  const one = await browser.newPage();
  await signedIn(one, product);
  const { number } = await post<{ number: number }>(one, product, "tickets", { subject: "A impressora não imprime" });
  const address = `${product.url}/chamados/${number}`;
  const other = await browser.newPage();
  await other.goto(address);
  await signIn(other);
  await one.goto(address);
  for (const page of [one, other]) {
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  }
  return [one, other];
}

async function edit(page: Page, subject: string): Promise<void> {
  await page.getByRole("heading", { level: 1 }).hover();
  await page.getByRole("button", { name: "Editar assunto" }).click();
  await page.getByRole("textbox", { name: "Assunto" }).fill(subject);
}
