import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Page, expect } from "@playwright/test";
import { Agent, type Product } from "./product";

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
