import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, type Page, expect } from "@playwright/test";
import { Agent, type Product } from "./product";
import { wordsOf } from "./words";

/** The administrator every product of these tests begins with. */
export const ADMIN = { name: "Ana Souza", email: "ana@example.com", password: "uma senha comprida" };

/** Makes the first administrator through the API and leaves the page signed in as them. */
export async function signedIn(page: Page, product: Product): Promise<void> {
  const token = new URL(product.setupLink).searchParams.get("token");
  await post(page, product, "setup", { token, tenantName: "Suporte Norte", ...ADMIN });
}

/** Creates or changes something through the API as whoever the page is signed in as. */
export async function post<Answer>(page: Page, product: Product, path: string, data: object): Promise<Answer> {
  const answer = await page.request.post(`${product.url}/api/${path}`, { data, headers: { origin: product.url } });
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return answer.json();
}

/** Signs the first administrator in and opens the page of a computer that is enrolled and not running. */
export async function deviceOpened(page: Page, product: Product): Promise<Agent> {
  await signedIn(page, product);
  const company = await post<{ provisioningCode: string }>(page, product, "admin/companies", {
    name: "Padaria Sol",
    nickname: "sol",
  });
  const agent = new Agent(product);
  await agent.enroll(company.provisioningCode, "bia@example.com");
  await page.goto(`${product.url}/dispositivos`);
  await page.getByTestId("device-row").click();
  return agent;
}

/** Fills in the sign-in form, whose words are those of the Portuguese panel. */
export async function signIn(page: Page, password = ADMIN.password): Promise<void> {
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Senha").fill(password);
  await page.getByRole("button", { name: "Entrar" }).click();
}

/** What axe finds that keeps people out. It is evaluated, not loaded: the policy refuses foreign scripts. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const axe = join(import.meta.dirname, "../node_modules/axe-core/axe.min.js");
  await page.evaluate(readFileSync(axe, "utf8"));
  return page.evaluate(async () => {
    interface Axe {
      run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
    }
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

/** The password of whoever a test signs in besides the administrator. */
export const PASSWORD = "o pao de queijo da padaria";

/** Makes somebody through the API and signs them in to a browser of their own. */
export async function personSignedIn(
  browser: Browser,
  admin: Page,
  product: Product,
  person: { name: string; email: string; role: string; companyId?: string },
  options: BrowserContextOptions = { locale: "pt-BR" },
): Promise<Page> {
  const { id } = await post<{ id: string }>(admin, product, "admin/users", person);
  const { url } = await post<{ url: string }>(admin, product, `admin/users/${id}/password-reset`, {});
  const context = await browser.newContext({ baseURL: product.url, ...options });
  const page = await context.newPage();
  await page.goto(url);
  const t = wordsOf(options.locale === "pt-BR" ? "pt-BR" : "en");
  await page.getByLabel(t("account:reset.password")).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${product.url}/chamados`);
  return page;
}

/** What a page looks like at both widths in both themes; none of them scrolls sideways or keeps people out. */
export async function looked(page: Page, name: string, path: (file: string) => string): Promise<void> {
  const before = page.viewportSize();
  for (const width of [360, 1440]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: path(`${name}-${width}-${colorScheme}.png`), fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${name} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
      expect(await seriousFindings(page), `${name} ${width} ${colorScheme}`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
