import { type Browser, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { post, signedIn } from "./steps";

const EMAIL = "bia@example.com";
const PASSWORD = "o pao de queijo da padaria";

interface Sent {
  invite: { id: string };
  url: string;
}

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("the page says who invites to what; by it one is in, once", async ({ browser, page }) => {
  await signedIn(page, product);
  const company = await post<{ id: string }>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  const { url } = await invite(page, { role: "collaborator", companyId: company.id });
  const person = await browser.newPage();
  await person.goto(url);
  await expect(person.getByRole("heading", { name: "Convite de Suporte Norte" })).toBeVisible();
  for (const fact of ["Padaria Sol", "Colaborador"]) await expect(person.getByText(fact, { exact: true })).toBeVisible();
  await expect(person.getByLabel("E-mail")).toHaveValue(EMAIL);
  await expect(person.getByLabel("E-mail")).not.toBeEditable();
  await expect(person.getByLabel("E-mail")).toHaveAttribute("autocomplete", "username");
  const headings = await headingsFromNowOn(person);
  await accept(person);
  await expect(person).toHaveURL(`${product.url}/chamados`);
  await expect(person.getByRole("button", { name: "Bia Lima" })).toBeVisible();
  // Not for a moment does the used link look broken.
  expect(await headings()).toEqual(["Convite de Suporte Norte", "Meus chamados"]);

  const again = await visit(browser, url);
  await expect(again.getByRole("heading", { name: "Este convite não vale mais" })).toBeVisible();
  await expect(again.getByRole("link", { name: "Entrar" })).toBeVisible();
});

test("staff belong to no company, and the page names none", async ({ browser, page }) => {
  await signedIn(page, product);
  const { url } = await invite(page, { role: "agent" });
  const person = await visit(browser, url);
  await expect(person.getByText("Agente", { exact: true })).toBeVisible();
  await expect(person.getByText("Empresa", { exact: true })).toHaveCount(0);
});

test("taken back under an open form, the invitation is no more, and the page says so", async ({ browser, page }) => {
  await signedIn(page, product);
  const { invite: made, url } = await invite(page, { role: "agent" });
  const person = await visit(browser, url);
  await expect(person.getByLabel("Seu nome")).toBeFocused();
  const address = `${product.url}/api/admin/invites/${made.id}`;
  expect((await page.request.delete(address, { headers: { origin: product.url } })).status()).toBe(204);
  await accept(person);
  await expect(person.getByRole("heading", { name: "Este convite não vale mais" })).toBeVisible();
});

test("an e-mail taken meanwhile is refused in words", async ({ browser, page }) => {
  await signedIn(page, product);
  const { url } = await invite(page, { role: "agent" });
  const person = await visit(browser, url);
  await post(page, product, "admin/users", { name: "Outra Bia", email: EMAIL, role: "agent" });
  await accept(person);
  await expect(person.getByRole("alert")).toHaveText("Já existe um usuário com este e-mail.");
  await person.getByRole("link", { name: "Entrar" }).click();
  await expect(person).toHaveURL(`${product.url}/entrar`);
});

test("a link without its token says what to do", async ({ page }) => {
  await page.goto(`${product.url}/convite`);
  await expect(page.getByRole("heading", { name: "O link está incompleto" })).toBeVisible();
});

/** Invites somebody as staff; what the panel would show of it. */
function invite(page: Page, to: { role: string; companyId?: string }): Promise<Sent> {
  return post<Sent>(page, product, "admin/invites", { email: EMAIL, ...to });
}

/** Opens an address in a browser of its own. */
async function visit(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

/** What the page's heading says, each text once, from now until it is asked for. */
async function headingsFromNowOn(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    const look = () => seen.add(document.querySelector("h1")?.textContent ?? "");
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    Object.assign(window, { seen });
  });
  return async () => {
    const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
    return seen.filter((text) => text !== "");
  };
}

async function accept(page: Page): Promise<void> {
  await page.getByLabel("Seu nome").fill("Bia Lima");
  await page.getByLabel("Senha").fill(PASSWORD);
  await page.getByRole("button", { name: "Aceitar e entrar" }).click();
}
