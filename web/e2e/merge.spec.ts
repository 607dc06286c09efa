import { expect, test } from "@playwright/test";
import { Agent, Product } from "./product";
import { post, signedIn } from "./steps";

type Made = { id: string; provisioningCode: string };

let product: Product;

test.beforeAll(async () => {
  product = await Product.start();
});

test.afterAll(async () => {
  await product.remove();
});

test("a person's second account is merged into the first, with their ticket and their computer", async ({ page }) => {
  await signedIn(page, product);
  await page.goto(product.url);
  const company = await post<Made>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  const person = (name: string, email: string) =>
    post<Made>(page, product, "admin/users", { name, email, role: "collaborator", companyId: company.id });
  const old = await person("Bia (antiga)", "bia.antiga@example.com");
  const kept = await person("Bia Lima", "bia@example.com");
  const ticket = await post<Made>(page, product, "tickets", { subject: "Sem rede", requesterId: old.id });
  const agent = new Agent(product);
  await agent.enroll(company.provisioningCode, "bia.antiga@example.com");

  await page.goto(`${product.url}/usuarios/${old.id}`);
  await expect(page.getByTestId("user-device")).toHaveCount(1);
  await page.getByRole("button", { name: "Mesclar conta" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Conta que fica").click();
  await page.getByRole("option", { name: /Bia Lima/ }).click();
  await expect(dialog.getByTestId("merge-preview")).toContainText("1 chamado aberto por ela");
  await expect(dialog.getByTestId("merge-preview")).toContainText("1 dispositivo como usuário principal");
  await dialog.getByRole("button", { name: "Mesclar conta" }).click();

  await expect(page.getByTestId("merge-progress")).toHaveAttribute("data-state", "done");
  await page.getByTestId("merge-progress").getByRole("link", { name: "Bia Lima" }).click();
  await expect(page).toHaveURL(new RegExp(kept.id));
  await expect(page.getByTestId("user-device")).toHaveCount(1);
  await page.goto(`${product.url}/chamados/${ticket.id}`);
  await expect(page.getByRole("main").getByText("Bia Lima").filter({ visible: true }).first()).toBeVisible();

  await page.goto(`${product.url}/configuracoes/auditoria`);
  await expect(page.locator('[data-testid="audit-entry"][data-action="user.merged"]')).toBeVisible();
});
