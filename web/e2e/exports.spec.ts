import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { Product } from "./product";
import { post, seriousFindings, signedIn } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("everything is exported in the background, live, and taken away as an archive", async ({ page }) => {
  await signedIn(page, product);
  await post(page, product, "tickets", { subject: "Monitor piscando" });
  await page.goto(`${product.url}/configuracoes/exportacoes`);
  await expect(page.getByTestId("empty-state")).toBeVisible();

  await page.getByRole("button", { name: "Exportar tudo" }).click();
  const dialog = page.getByRole("dialog", { name: "Exportar tudo?" });
  await expect(dialog).toContainText("hashes de senhas");
  await dialog.getByRole("button", { name: "Cancelar" }).click();
  await expect(page.getByTestId("export")).toHaveCount(0);
  await page.getByRole("button", { name: "Exportar tudo" }).click();
  await dialog.getByRole("button", { name: "Exportar tudo" }).click();

  const row = page.getByTestId("export");
  await expect(row).toHaveAttribute("data-state", "succeeded");
  await expect(row).toContainText("registros");
  await expect(row).toContainText("0 anexo");
  expect(await seriousFindings(page)).toEqual([]);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^Baixar/ }).click()]);
  expect(file.suggestedFilename()).toMatch(/^chamados-\d{4}-\d\d-\d\d\.zip$/);
  const bytes = readFileSync(await file.path());
  expect(bytes.subarray(0, 2).toString()).toBe("PK");
  expect(bytes.includes("manifest.json")).toBe(true);

  await page.goto(`${product.url}/configuracoes/auditoria?action=export.`);
  await expect(page.getByTestId("audit-entry")).toHaveCount(2);
  await expect(page.getByTestId("audit-entry").first()).toContainText("Arquivo de exportação baixado");
  await page.getByRole("link", { name: "os arquivos" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Exportações");
});
