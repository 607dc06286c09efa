import { type Page, expect } from "@playwright/test";
import type { Product } from "./product";

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

/** Fills in the sign-in form, whose words are those of the Portuguese panel. */
export async function signIn(page: Page, password = ADMIN.password): Promise<void> {
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Senha").fill(password);
  await page.getByRole("button", { name: "Entrar" }).click();
}
