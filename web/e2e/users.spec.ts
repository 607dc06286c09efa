import { type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, post, signedIn } from "./steps";

let product: Product;

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  product = await Product.start();
});

test.afterAll(async () => {
  await product.remove();
});

/** Invites a person from the panel and gives the link that is shown once. */
async function invite(page: Page, email: string): Promise<string> {
  await page.goto(`${product.url}/usuarios/convites`);
  await page.getByRole("button", { name: "Convidar pessoa" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Papel").click();
  await page.getByRole("option", { name: "Agente" }).click();
  await dialog.getByRole("button", { name: "Convidar", exact: true }).click();
  const link = await page.getByTestId("secret").innerText();
  await page.getByRole("button", { name: "Concluir" }).click();
  return link;
}

/** The token of a one-time link. */
const tokenOf = (link: string) => new URL(link).hash.slice(1);

/** Follows a person from the list, whose fields have much the same labels as the editor's, to their page. */
async function openUser(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** The administrator's browser again. */
async function signInAgain(page: Page): Promise<void> {
  await post(page, product, "auth/sign-in/email", { email: ADMIN.email, password: ADMIN.password });
}

test("the list shows where an invite stands, and a link sent again replaces the one before", async ({ browser, page }) => {
  await signedIn(page, product);
  const first = await invite(page, "bia@example.com");
  const row = page.getByTestId("invite-row");
  await expect(row).toHaveAttribute("data-state", "pending");
  await page.getByRole("button", { name: "Ações do convite de bia@example.com" }).click();
  await page.getByRole("menuitem", { name: "Reenviar" }).click();
  const second = await page.getByTestId("secret").innerText();
  await page.getByRole("button", { name: "Concluir" }).click();
  expect(second).not.toBe(first);

  const theirs = await browser.newContext({ baseURL: product.url });
  const accept = (link: string) =>
    theirs.request.post(`${product.url}/api/auth/invites/accept`, {
      data: { token: tokenOf(link), name: "Bia Lima", password: "outra senha comprida" },
      headers: { origin: product.url },
    });
  expect((await accept(first)).status(), "the first link").toBe(401);
  expect((await accept(second)).status()).toBe(200);
  await expect(row, "without a reload").toHaveAttribute("data-state", "accepted");

  await page.getByRole("button", { name: "Convidar pessoa" }).first().click();
  await page.getByRole("dialog").getByLabel("E-mail").fill("bia@example.com");
  await page.getByRole("dialog").getByLabel("Papel").click();
  await page.getByRole("option", { name: "Agente" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Convidar", exact: true }).click();
  await expect(page.getByText("Já existe um usuário com este e-mail.")).toBeVisible();
  await theirs.close();
});

test("a revoked invite opens nothing", async ({ page }) => {
  await signInAgain(page);
  const link = await invite(page, "caio@example.com");
  await page.getByRole("button", { name: "Ações do convite de caio@example.com" }).click();
  await page.getByRole("menuitem", { name: "Revogar" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revogar" }).click();
  await expect(page.getByTestId("invite-row").filter({ hasText: "caio" })).toHaveAttribute("data-state", "revoked");
  const preview = await page.request.post(`${product.url}/api/auth/invites/preview`, {
    data: { token: tokenOf(link) },
    headers: { origin: product.url },
  });
  expect(preview.status()).toBe(401);
});

test("staff start a reset and hand over the link; the person is out at once", async ({ browser, page }) => {
  await signInAgain(page);
  const theirs = await browser.newContext({ baseURL: product.url });
  const person = await theirs.newPage();
  await post(person, product, "auth/sign-in/email", { email: "bia@example.com", password: "outra senha comprida" });
  await person.goto("/conta");
  await expect(person.getByRole("heading", { level: 1 })).toBeVisible();

  await page.goto(`${product.url}/usuarios`);
  await openUser(page, "Bia Lima");
  await page.getByRole("button", { name: "Redefinir senha" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Gerar link" }).click();
  expect(await page.getByTestId("secret").innerText()).toContain("/redefinir-senha#");
  await page.getByRole("button", { name: "Concluir" }).click();
  await person.goto("/chamados");
  await expect(person).toHaveURL(/entrar/);
  await theirs.close();
});

test("the editor saves, asks for the password on one's own account, and keeps an administrator", async ({ page }) => {
  await signInAgain(page);
  await page.goto(`${product.url}/usuarios`);
  await openUser(page, "Bia Lima");
  await page.getByLabel("Nome").fill("Beatriz Lima");
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Beatriz Lima" })).toBeVisible();

  await page.getByRole("link", { name: "Voltar aos usuários" }).click();
  await openUser(page, ADMIN.name);
  await page.getByLabel("Papel").click();
  await page.getByRole("option", { name: "Agente" }).click();
  await page.getByLabel("Sua senha atual").fill("errada errada");
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByText("Informe sua senha atual para mudar isto na própria conta.")).toBeVisible();
  await page.getByLabel("Sua senha atual").fill(ADMIN.password);
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByText("É o último administrador ativo.")).toBeVisible();
});
