import { type Browser, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, signIn, signedIn } from "./steps";

const NEW_PASSWORD = "outra frase bem comprida";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("the user menu leads to one's own account, which says who one is", async ({ page }) => {
  await signedIn(page, product);
  await page.goto(`${product.url}/chamados`);
  await page.getByRole("button", { name: ADMIN.name }).click();
  await page.getByRole("menuitem", { name: "Minha conta" }).click();
  await expect(page).toHaveURL(`${product.url}/conta`);
  const facts = page.getByRole("region", { name: "Quem é você" });
  for (const fact of [ADMIN.name, ADMIN.email, "Administrador", "Suporte Norte"]) await expect(facts).toContainText(fact);
});

test("theme and language are chosen with the keyboard and kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await signedIn(page, product);
  await page.goto(`${product.url}/conta`);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole("radio", { name: "Claro" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "Escuro" })).toBeChecked();
  await expect.poll(ground).not.toBe(light);
  const kept = page.waitForResponse(/\/api\/me\/preferences$/);
  await page.getByRole("radio", { name: "English" }).check({ force: true });
  expect((await kept).status()).toBe(200);
  await expect(page.getByRole("heading", { level: 1, name: "My account" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await expect(page.getByRole("radio", { name: "English" })).toBeChecked();
});

test("the password changes with the present one, and every other browser is out", async ({ browser, page }) => {
  await signedIn(page, product);
  const other = await elsewhere(browser);
  await page.goto(`${product.url}/conta`);

  await test.step("a wrong present password and a common new one are refused in words", async () => {
    await change(page, "nao e esta", NEW_PASSWORD);
    await expect(page.getByRole("alert")).toHaveText("Esta não é sua senha atual.");
    await change(page, ADMIN.password, "password1");
    await expect(page.getByText("É uma das primeiras que todos tentam. Escolha outra.")).toBeVisible();
  });

  await change(page, ADMIN.password, NEW_PASSWORD);
  await expect(page.getByTestId("toast")).toContainText("Senha trocada. 1 outra sessão foi encerrada.");
  await expect(page.getByLabel("Senha atual")).toHaveValue("");
  await expect(page.getByTestId("session")).toHaveCount(1);

  await other.reload();
  await expect(other).toHaveURL(/\/entrar/);
  await signIn(other);
  await expect(other.getByRole("alert")).toContainText("E-mail ou senha incorretos.");
  await signIn(other, NEW_PASSWORD);
  await expect(other).toHaveURL(`${product.url}/conta`);
});

test("what one typed is shown on demand", async ({ page }) => {
  await signedIn(page, product);
  await page.goto(`${product.url}/conta`);
  const field = page.getByLabel("Nova senha");
  await field.fill(NEW_PASSWORD);
  await expect(field).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Mostrar o que foi digitado" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "Esconder o que foi digitado" }).click();
  await expect(field).toHaveAttribute("type", "password");
});

test("sessions are told apart; one ends, then all others", async ({ browser, page }) => {
  await signedIn(page, product);
  const firefox = await elsewhere(
    browser,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
  );
  const phones = [await elsewhere(browser), await elsewhere(browser)];
  await page.goto(`${product.url}/conta`);
  const sessions = page.getByTestId("session");
  await expect(sessions).toHaveCount(4);
  await expect(page.locator('[data-testid="session"][data-current="true"]')).toHaveCount(1);
  await expect(sessions.first()).toContainText("Esta sessão");

  await test.step("one", async () => {
    await page.getByRole("button", { name: "Encerrar sessão: Firefox no Windows" }).click();
    const dialog = page.getByRole("dialog", { name: "Encerrar esta sessão?" });
    await expect(dialog).toContainText("Firefox no Windows terá de entrar de novo.");
    await dialog.getByRole("button", { name: "Encerrar sessão" }).click();
    await expect(sessions).toHaveCount(3);
    await expect(page.getByText("Firefox no Windows")).toHaveCount(0);
    await firefox.reload();
    await expect(firefox).toHaveURL(/\/entrar/);
  });

  await test.step("all others", async () => {
    await page.getByRole("button", { name: "Encerrar as outras" }).click();
    const dialog = page.getByRole("dialog", { name: "Encerrar todas as outras sessões?" });
    await expect(dialog).toContainText("2 navegadores terão de entrar de novo.");
    await dialog.getByRole("button", { name: "Encerrar as outras" }).click();
    await expect(sessions).toHaveCount(1);
    for (const phone of phones) {
      await phone.reload();
      await expect(phone).toHaveURL(/\/entrar/);
    }
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "Minha conta" })).toBeVisible();
  });
});

/** Another browser of the administrator, on their account. */
async function elsewhere(browser: Browser, userAgent?: string): Promise<Page> {
  const page = await browser.newPage({ userAgent });
  await page.goto(`${product.url}/conta`);
  await signIn(page);
  await expect(page.getByRole("heading", { level: 1, name: "Minha conta" })).toBeVisible();
  return page;
}

async function change(page: Page, present: string, next: string): Promise<void> {
  await page.getByLabel("Senha atual").fill(present);
  await page.getByLabel("Nova senha").fill(next);
  await page.getByRole("button", { name: "Trocar senha" }).click();
}
