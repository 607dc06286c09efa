import { type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, signIn, signedIn } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("the sign-in page speaks the browser's language until another is chosen", async ({ browser, page }) => {
  await signedIn(await browser.newPage(), product);
  await page.goto(`${product.url}/entrar`);
  await expect(page.getByRole("heading", { name: "Entrar" })).toBeVisible();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  const english = await browser.newPage({ locale: "en-GB" });
  await english.goto(`${product.url}/entrar`);
  await expect(english.getByRole("heading", { name: "Sign in" })).toBeVisible();
  const other = await browser.newPage({ locale: "de-DE" });
  await other.goto(`${product.url}/entrar`);
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("language and theme change in place and follow the account to another browser", async ({ browser, page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await signedIn(page, product);
  await page.goto(`${product.url}/dispositivos`);
  await expect(page.getByRole("heading", { level: 1, name: "Dispositivos" })).toBeVisible();
  const light = await ground(page);

  await page.getByRole("button", { name: ADMIN.name }).click();
  await saved(page, () => page.getByRole("menuitemradio", { name: "Escuro" }).click());
  expect(await ground(page)).not.toBe(light);
  await saved(page, () => page.getByRole("menuitemradio", { name: "English" }).click());
  await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible();
  const dark = await ground(page);

  const elsewhere = await browser.newPage({ colorScheme: "light" });
  await elsewhere.goto(`${product.url}/dispositivos`);
  await signIn(elsewhere);
  await expect(elsewhere.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible();
  await expect.poll(() => ground(elsewhere)).toBe(dark);

  await saved(page, () => page.getByRole("menuitemradio", { name: "Same as the browser" }).click());
  await expect(page.getByRole("heading", { level: 1, name: "Dispositivos" })).toBeVisible();
  await saved(page, () => page.getByRole("menuitemradio", { name: "Igual ao do sistema" }).click());
  await expect.poll(() => ground(page)).toBe(light);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => ground(page)).toBe(dark);
});

/** Waits until a choice is kept by the server too. */
async function saved(page: Page, choose: () => Promise<void>): Promise<void> {
  const answer = page.waitForResponse(/\/api\/me\/preferences$/);
  await choose();
  expect((await answer).status()).toBe(200);
}

function ground(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
