import { type Browser, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, post, signIn, signedIn } from "./steps";

const BIA = { name: "Bia Lima", email: "bia@example.com" };
const PASSWORD = "o pao de queijo da padaria";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("by the link one chooses a password and is in; the link is used, the password holds", async ({ browser, page }) => {
  await signedIn(page, product);
  const link = await reset(page, await bia(page));
  const person = await visit(browser, link);
  await expect(person.getByRole("heading", { name: "Escolha uma nova senha" })).toBeVisible();
  await expect(person.getByText("Olá, Bia Lima.")).toBeVisible();
  await expect(person.getByLabel("E-mail")).toHaveValue(BIA.email);
  await expect(person.getByLabel("E-mail")).not.toBeEditable();
  await expect(person.getByLabel("Nova senha")).toBeFocused();

  await test.step("a password everybody tries is refused in words, and the link still works", async () => {
    await choose(person, "12345678");
    await expect(person.getByText("É uma das primeiras que todos tentam. Escolha outra.")).toBeVisible();
  });
  await choose(person, PASSWORD);
  await expect(person).toHaveURL(`${product.url}/chamados`);
  await expect(person.getByRole("button", { name: BIA.name })).toBeVisible();

  await test.step("the way back does not lead to the used link", async () => {
    await person.goBack();
    await expect(person).not.toHaveURL(/redefinir-senha/);
  });

  await test.step("the link is used", async () => {
    const again = await visit(browser, link);
    await expect(again.getByRole("heading", { name: "Este link não vale mais" })).toBeVisible();
    await again.getByRole("link", { name: "Entrar" }).click();
    await again.getByLabel("E-mail").fill(BIA.email);
    await again.getByLabel("Senha").fill(PASSWORD);
    await again.getByRole("button", { name: "Entrar" }).click();
    await expect(again).toHaveURL(`${product.url}/chamados`);
  });
});

test("a newer link replaces the one before, even under an open form", async ({ browser, page }) => {
  await signedIn(page, product);
  const id = await bia(page);
  const person = await visit(browser, await reset(page, id));
  await expect(person.getByLabel("Nova senha")).toBeVisible();
  const newer = await reset(page, id);
  await choose(person, PASSWORD);
  await expect(person.getByRole("heading", { name: "Este link não vale mais" })).toBeVisible();

  await test.step("the newer one works when it is opened in the same tab", async () => {
    await person.goto(newer);
    await choose(person, PASSWORD);
    await expect(person).toHaveURL(`${product.url}/chamados`);
  });
});

test("a link without its token, and one with a wrong token, say what to do", async ({ page }) => {
  await page.goto(`${product.url}/redefinir-senha`);
  await expect(page.getByRole("heading", { name: "O link está incompleto" })).toBeVisible();
  await page.goto(`${product.url}/redefinir-senha#chr_qualquer`);
  await expect(page.getByRole("heading", { name: "Este link não vale mais" })).toBeVisible();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "This link is no longer valid" })).toBeVisible();
});

test("whoever is signed in and follows another's link becomes that person, without a reload", async ({ browser, page }) => {
  await signedIn(await browser.newPage(), product);
  // No live update comes to the rescue of what was kept of the person before.
  await page.route(/\/api\/events/, (route) => route.abort());
  await page.goto(`${product.url}/redefinir-senha#chr_qualquer`);
  await page.getByRole("link", { name: "Entrar" }).click();
  await signIn(page);
  await expect(page.getByRole("button", { name: ADMIN.name })).toBeVisible();
  const link = await reset(page, await bia(page));
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Este link não vale mais" })).toBeVisible();
  await page.goto(link);
  await choose(page, PASSWORD);
  await expect(page.getByRole("button", { name: BIA.name })).toBeVisible();
  await page.getByRole("button", { name: BIA.name }).click();
  await page.getByRole("menuitem", { name: "Minha conta" }).click();
  await expect(page.getByRole("region", { name: "Quem é você" })).toContainText(BIA.email);
});

test("a reset ends every session of the person at once", async ({ browser, page }) => {
  await signedIn(page, product);
  const id = await bia(page);
  const person = await visit(browser, await reset(page, id));
  await choose(person, PASSWORD);
  await expect(person).toHaveURL(`${product.url}/chamados`);
  await reset(page, id);
  await person.goto(`${product.url}/conta`);
  await expect(person).toHaveURL(/\/entrar/);
  await person.getByLabel("E-mail").fill(BIA.email);
  await person.getByLabel("Senha").fill(PASSWORD);
  await person.getByRole("button", { name: "Entrar" }).click();
  await expect(person.getByRole("alert")).toContainText("E-mail ou senha incorretos.");
});

/** Makes a colleague; their id. */
async function bia(page: Page): Promise<string> {
  return (await post<{ id: string }>(page, product, "admin/users", { ...BIA, role: "agent" })).id;
}

/** Starts a reset as staff; the link, as the panel would show it. */
async function reset(page: Page, userId: string): Promise<string> {
  return (await post<{ url: string }>(page, product, `admin/users/${userId}/password-reset`, {})).url;
}

/** Opens an address in a browser of its own. */
async function visit(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

async function choose(page: Page, password: string): Promise<void> {
  await page.getByLabel("Nova senha").fill(password);
  await page.getByRole("button", { name: "Salvar e entrar" }).click();
}
