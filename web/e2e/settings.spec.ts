import { readFileSync } from "node:fs";
import { type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { post, signedIn } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("a service account gets a key that works within its scopes, until it is revoked", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signedIn(page, product);
  await page.goto(`${product.url}/configuracoes`);
  await expect(page).toHaveURL(/\/configuracoes\/filas$/);
  await page.getByRole("link", { name: "Contas de serviço" }).click();
  await expect(page.getByTestId("empty-state")).toBeVisible();

  await test.step("an account is made, and another of its name refused", async () => {
    await makeAccount(page, "Integração ERP");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Integração ERP");
    await expect(page.getByText("Nenhuma chave válida")).toBeVisible();
    await page.getByRole("link", { name: "Todas as contas de serviço" }).click();
    await makeAccount(page, "integração erp");
    await expect(page.getByRole("alert")).toHaveText("Já existe uma conta de serviço com este nome.");
    await page.getByRole("dialog").getByRole("button", { name: "Cancelar" }).click();
    await page.getByTestId("service-account-row").click();
  });

  const secret = await test.step("its key is shown once", async () => {
    await page.getByRole("button", { name: "Criar chave" }).click();
    const dialog = page.getByRole("dialog", { name: "Criar chave para Integração ERP" });
    await dialog.getByRole("button", { name: "Criar chave" }).click();
    await expect(dialog.getByRole("alert")).toHaveText("Escolha pelo menos uma permissão para a chave.");
    await dialog.getByRole("group", { name: "Chamados" }).getByLabel("ver", { exact: true }).check();
    await dialog.getByRole("group", { name: "Empresas" }).getByLabel("ver", { exact: true }).check();
    await dialog.getByRole("button", { name: "Criar chave" }).click();
    const shown = page.getByRole("dialog", { name: "Chave de Integração ERP" });
    const text = (await shown.getByTestId("api-key-secret").textContent()) ?? "";
    expect(text).toMatch(/^chk_[\w-]{43}$/);
    await shown.getByRole("button", { name: "Copiar chave" }).click();
    await expect(shown.getByRole("button", { name: "Copiado" })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
    // A click beside the dialog does not lose what cannot be shown again.
    await page.mouse.click(5, 5);
    await expect(shown).toBeVisible();
    await shown.getByRole("button", { name: "Guardei a chave" }).click();
    await expect(page.getByTestId("api-key-secret")).toHaveCount(0);
    const key = page.getByTestId("api-key");
    await expect(key).toContainText("Chamados: ver");
    await expect(key).toContainText("Empresas: ver");
    await expect(key).toContainText("nunca usada");
    return text;
  });

  await test.step("the key may do what it says and nothing else, as automation", async () => {
    expect(await status("tickets", secret)).toBe(200);
    expect(await status("admin/users", secret)).toBe(403);
    await page.reload();
    await expect(page.getByTestId("api-key")).toContainText("Último uso agora");
  });

  await test.step("inactive, its keys are refused; active again, they are not", async () => {
    await page.getByRole("button", { name: "Desativar conta" }).click();
    const dialog = page.getByRole("dialog", { name: "Desativar Integração ERP?" });
    await dialog.getByRole("button", { name: "Desativar conta" }).click();
    await expect(page.getByText("A conta está inativa: todas as chaves dela são recusadas.")).toBeVisible();
    expect(await status("tickets", secret)).toBe(401);
    await page.getByRole("button", { name: "Ativar conta" }).click();
    await expect(page.getByRole("button", { name: "Desativar conta" })).toBeVisible();
    expect(await status("tickets", secret)).toBe(200);
  });

  await test.step("revoked, it is refused for good", async () => {
    await page.getByRole("button", { name: /^Revogar chave chk_/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revogar" }).click();
    await expect(page.getByText("1 chave revogada ou expirada")).toBeVisible();
    expect(await status("tickets", secret)).toBe(401);
  });
});

test("of two who rename the same account the later is asked whose name shall stand", async ({ page }) => {
  await signedIn(page, product);
  const { id } = await post<{ id: string }>(page, product, "admin/service-accounts", { name: "Relatórios" });
  const address = `${product.url}/configuracoes/contas-de-servico/${id}`;
  const other = await page.context().newPage();
  for (const each of [page, other]) {
    await each.goto(address);
    await each.getByRole("button", { name: "Editar" }).click();
  }
  await page.getByLabel("Nome").fill("Relatórios do mês");
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Relatórios do mês");
  await other.getByLabel("Nome").fill("Relatórios da semana");
  await other.getByRole("button", { name: "Salvar", exact: true }).click();
  await expect(other.getByTestId("collision")).toContainText("Relatórios do mês");
  await other.getByRole("button", { name: "Salvar o meu" }).click();
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Relatórios da semana");
});

test("the audit log tells who changed what, narrows down, and can be downloaded", async ({ page }) => {
  await signedIn(page, product);
  const { id } = await post<{ id: string }>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  const person = { name: "Bia Almeida", email: "bia@example.com", role: "collaborator", companyId: id };
  const bia = await post<{ id: string; version: number }>(page, product, "admin/users", person);
  const changed = await page.request.patch(`${product.url}/api/admin/users/${bia.id}`, {
    data: { role: "manager" },
    headers: { origin: product.url, "if-match": `"${bia.version}"` },
  });
  expect(changed.status()).toBe(200);
  await page.goto(`${product.url}/configuracoes/auditoria`);
  const entries = page.getByTestId("audit-entry");

  await test.step("an entry has who, what, and what became different, in words", async () => {
    const newest = entries.first();
    await expect(newest).toHaveAttribute("data-action", "user.updated");
    await expect(newest).toContainText("Usuário alterado");
    await expect(newest).toContainText("Papel: Colaborador → Gestor");
    await expect(newest.getByRole("link", { name: "Ana Souza" })).toBeVisible();
    await expect(newest.getByRole("link", { name: "Bia Almeida" })).toBeVisible();
  });

  await test.step("a filter is in the address and shows what is asked for", async () => {
    await page.getByRole("button", { name: "Ação" }).click();
    await page.getByRole("option", { name: "Empresas todas as ações" }).click();
    await expect(page).toHaveURL(/action=company\./);
    await expect(entries).toHaveCount(1);
    await expect(entries).toContainText("Empresa criada");
    await page.getByRole("button", { name: "Período" }).click();
    await page.getByLabel("Até").fill("2001-01-01");
    await expect(page.getByTestId("empty-state")).toBeVisible();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Limpar filtros" }).first().click();
    await expect(page).toHaveURL(/auditoria$/);
  });

  await test.step("a record has its own history", async () => {
    await page.getByRole("link", { name: "Só as mudanças de Bia Almeida" }).first().click();
    await expect(entries).toHaveCount(2);
    await expect(page).toHaveURL(new RegExp(`targetId=${bia.id}`));
  });

  await test.step("what is shown can be downloaded", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Baixar estes registros em CSV" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("audit-log.csv");
    const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
    expect(lines[0]).toContain("actorKind");
    expect(lines.some((line) => line.includes("user.updated,user,") && line.endsWith("role,collaborator,manager"))).toBe(true);
    expect(lines.every((line) => !line.includes("company.created"))).toBe(true);
  });
});

test("who may change no settings has no way to them, and is told so by address", async ({ page }) => {
  await signedIn(page, product);
  const { url } = await post<{ url: string }>(page, product, "admin/invites", { email: "edu@example.com", role: "agent" });
  // Accepting signs the same browser in as the agent.
  const token = new URL(url).hash.replace(/^#(token=)?/, "");
  await post(page, product, "auth/invites/accept", { token, name: "Edu Prado", password: "outra senha comprida" });
  await page.goto(`${product.url}/chamados`);
  await expect(page.getByRole("link", { name: "Empresas" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Configurações" })).toHaveCount(0);
  await page.goto(`${product.url}/configuracoes`);
  await expect(page.getByText("Você não tem permissão para fazer isso.")).toBeVisible();
});

/** Fills in the dialog that makes an account. */
async function makeAccount(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Nova conta" }).click();
  const dialog = page.getByRole("dialog", { name: "Nova conta de serviço" });
  await dialog.getByLabel("Nome").fill(name);
  await dialog.getByRole("button", { name: "Criar conta" }).click();
}

/** What the API answers to whoever holds a key and no session. */
async function status(path: string, secret: string): Promise<number> {
  const headers = { authorization: `Bearer ${secret}` };
  return (await fetch(`${product.url}/api/${path}`, { headers })).status;
}
