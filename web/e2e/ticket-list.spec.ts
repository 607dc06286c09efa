import { readFileSync } from "node:fs";
import { type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { post, signedIn } from "./steps";

type Made = { id: string; number: number; version: number };

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

const rows = (page: Page) => page.getByTestId("ticket-row");

/** Picks from the chip of a filter, and closes it. */
async function choose(page: Page, filter: string, ...values: string[]): Promise<void> {
  await page.getByRole("toolbar", { name: "Filtros" }).getByRole("button", { name: filter, exact: true }).click();
  for (const value of values) await page.getByRole("option", { name: value }).click();
  await page.keyboard.press("Escape");
}

test("filters live in the address, become a default and a CSV", async ({ page }) => {
  await signedIn(page, product);
  const category = await post<Made>(page, product, "admin/categories", { name: "Rede" });
  await post(page, product, "tickets", { subject: "Sem internet", category: category.id, tags: ["filial"] });
  await post(page, product, "tickets", { subject: "Impressora parada", priority: "urgent" });
  await post(page, product, "tickets", { subject: "Acesso ao ERP", tags: ["Filial", "erp"] });
  await page.goto(`${product.url}/chamados`);
  await expect(rows(page)).toHaveText(["Acesso ao ERP", "Impressora parada", "Sem internet"]);

  await test.step("by category, tag and text", async () => {
    await choose(page, "Categoria", "Rede");
    await expect(rows(page)).toHaveText(["Sem internet"]);
    await page.getByRole("button", { name: "Remover filtro Categoria" }).click();
    await choose(page, "Categoria", "Sem categoria");
    await expect(rows(page)).toHaveText(["Acesso ao ERP", "Impressora parada"]);
    await page.getByRole("button", { name: "Remover filtro Categoria" }).click();
    await choose(page, "Tag", "filial");
    await expect(rows(page)).toHaveText(["Acesso ao ERP", "Sem internet"]);
    await page.getByRole("searchbox", { name: "Buscar chamados" }).fill("érp");
    await expect(rows(page)).toHaveText(["Acesso ao ERP"]);
    expect(new URL(page.url()).searchParams.getAll("tag")).toHaveLength(1);
  });

  await test.step("another browser sees the same under the address", async () => {
    const address = page.url();
    await page.goto("about:blank");
    await page.goto(address);
    await expect(rows(page)).toHaveText(["Acesso ao ERP"]);
    await page.getByRole("button", { name: "Limpar filtros" }).click();
    await expect(rows(page)).toHaveCount(3);
  });

  await test.step("in another order", async () => {
    await page.getByRole("button", { name: "Ordem da lista" }).click();
    await page.getByRole("menuitemradio", { name: "Prioridade" }).click();
    await page.keyboard.press("Escape");
    await expect(rows(page).first()).toHaveText("Impressora parada");
    await expect(page).toHaveURL(/sort=priority/);
  });

  await test.step("the default opens the list, and is given up again", async () => {
    await choose(page, "Tag", "filial");
    await page.getByRole("button", { name: "Ordem da lista" }).click();
    await page.getByRole("menuitem", { name: "Salvar como meu padrão" }).click();
    await expect(page.getByTestId("toast")).toContainText("A lista passa a abrir com este filtro");
    await page.goto(`${product.url}/chamados`);
    await expect(page).toHaveURL(/sort=priority/);
    await expect(rows(page)).toHaveCount(2);
    await page.getByRole("button", { name: "Limpar filtros" }).click();
    await expect(rows(page)).toHaveCount(3);
    await page.getByRole("button", { name: "Ordem da lista" }).click();
    await page.getByRole("menuitem", { name: "Limpar meu padrão" }).click();
    await expect(page.getByTestId("toast").last()).toContainText("A lista volta a abrir sem filtro");
    await page.goto(`${product.url}/chamados`);
    await expect(rows(page)).toHaveText(["Acesso ao ERP", "Impressora parada", "Sem internet"]);
  });

  await test.step("what is shown is one CSV", async () => {
    await choose(page, "Categoria", "Rede");
    await expect(rows(page)).toHaveCount(1);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Baixar como CSV" }).click();
    const file = readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
    expect(file).toHaveLength(2);
    expect(file[1]).toContain("Sem internet,pending,normal,Chamados,Rede,filial,");
  });
});

test("new tickets wait, and several are changed at once", async ({ page }) => {
  await signedIn(page, product);
  const made: Made[] = [];
  for (const subject of ["um", "dois", "três"]) made.push(await post<Made>(page, product, "tickets", { subject }));
  await page.goto(`${product.url}/chamados`);
  await expect(rows(page)).toHaveText(["três", "dois", "um"]);

  await test.step("the list stays put", async () => {
    await post(page, product, "tickets", { subject: "quatro" });
    await expect(page.getByTestId("held-rows")).toHaveText("1 novo");
    await expect(rows(page)).toHaveText(["três", "dois", "um"]);
    await page.getByTestId("held-rows").click();
    await expect(rows(page)).toHaveText(["quatro", "três", "dois", "um"]);
  });

  await test.step("one of those chosen is resolved meanwhile, and says so", async () => {
    await page.getByRole("checkbox", { name: "Selecionar chamado #1" }).check();
    await page.getByRole("checkbox", { name: "Selecionar chamado #3" }).click({ modifiers: ["Shift"] });
    const bar = page.getByTestId("bulk-bar");
    await expect(bar).toContainText("3 selecionados");
    await post(page, product, `tickets/${made[1]?.id}/resolve`, {});
    await expect(page.getByText("Resolvido")).toBeVisible();
    await bar.getByRole("combobox", { name: "Responsável" }).click();
    await page.getByRole("option", { name: /Ana Souza/ }).click();
    const dialog = page.getByRole("dialog", { name: "1 chamado ficou como estava" });
    await expect(dialog.getByTestId("bulk-refused")).toContainText("#2 dois");
    await expect(dialog).toContainText("O chamado está resolvido. Reabra-o primeiro.");
    await dialog.getByRole("button", { name: "Fechar" }).last().click();
    await expect(bar).toContainText("1 selecionado");
    await expect(page.getByText("Atribuído a Ana Souza")).toHaveCount(2);
  });

  await test.step("tags come to all that are listed", async () => {
    const bar = page.getByTestId("bulk-bar");
    await bar.getByRole("button", { name: "Selecionar os 4 da lista" }).click();
    await bar.getByRole("combobox", { name: "Adicionar tag" }).click();
    await page.getByPlaceholder("Buscar", { exact: true }).fill("revisar");
    await page.getByRole("option", { name: "revisar" }).click();
    await expect(page.getByTestId("toast").last()).toContainText("4 chamados alterados");
    await expect(bar).toHaveCount(0);
    await choose(page, "Tag", "revisar");
    await expect(rows(page)).toHaveCount(4);
  });

  await test.step("what was changed at once is undone at once, each ticket to what it was", async () => {
    await post(page, product, "tickets/bulk", { targets: [{ id: made[0]?.id }], priority: "high" });
    const priorities = async () => {
      const { items } = await (await page.request.get(`${product.url}/api/tickets?sort=oldest`)).json();
      return (items as { priority: string }[]).map(({ priority }) => priority);
    };
    const before = await priorities();
    expect(before).toContain("high");
    await expect(page.getByRole("img", { name: "Alta" })).toBeVisible();
    await page.getByRole("checkbox", { name: "Selecionar chamado #1" }).check();
    const bar = page.getByTestId("bulk-bar");
    await bar.getByRole("button", { name: "Selecionar os 4 da lista" }).click();
    await bar.getByRole("combobox", { name: "Prioridade" }).click();
    await page.getByRole("option", { name: "Urgente" }).click();
    const toast = page.getByTestId("toast").filter({ hasText: "4 chamados alterados" }).last();
    await toast.getByRole("button", { name: "Desfazer" }).click();
    await expect(page.getByTestId("toast").last()).toContainText("4 chamados como eram antes");
    expect(await priorities()).toEqual(before);
  });
});

test("a ticket gets category, tags and watchers, and the lists are kept in order", async ({ page }) => {
  await signedIn(page, product);
  await post(page, product, "admin/users", { name: "Bruno Dias", email: "bruno@example.com", role: "agent" });

  await test.step("a category and a queue are made", async () => {
    await page.goto(`${product.url}/configuracoes/categorias`);
    await expect(page.getByTestId("empty-state")).toBeVisible();
    await add(page, "Nova categoria", "Rede");
    await page.getByRole("link", { name: "Filas" }).click();
    await add(page, "Nova fila", "Redes");
    await add(page, "Nova fila", "REDES");
    await expect(page.getByRole("alert")).toHaveText("Já existe uma fila com este nome.");
    await page.getByRole("dialog").getByRole("button", { name: "Cancelar" }).click();
    await expect(page.getByTestId("list-record")).toHaveText(["Chamados", "Redes"]);
  });

  await test.step("a ticket is opened with them", async () => {
    await page.goto(`${product.url}/chamados/novo`);
    await page.getByLabel("Assunto").fill("Sem rede");
    await page.getByLabel("Fila").click();
    await page.getByRole("option", { name: "Redes" }).click();
    await page.getByLabel("Categoria").click();
    await page.getByRole("option", { name: "Rede", exact: true }).click();
    await page.getByLabel("Tags").fill("filial, vpn");
    await page.getByRole("button", { name: "Abrir chamado" }).click();
    await expect(page).toHaveURL(/\/chamados\/1$/);
  });

  const facts = page.getByRole("complementary", { name: "Detalhes" });
  await test.step("and changed in place, each change to be undone", async () => {
    await expect(facts.getByRole("combobox", { name: "Categoria" })).toHaveText("Rede");
    await facts.getByRole("button", { name: "Remover a tag vpn" }).click();
    await expect(facts.getByRole("button", { name: "Remover a tag vpn" })).toHaveCount(0);
    await facts.getByRole("textbox", { name: "Adicionar tag" }).fill("matriz");
    await page.keyboard.press("Enter");
    await expect(facts.getByRole("button", { name: "Remover a tag matriz" })).toBeVisible();
    await facts.getByRole("combobox", { name: "Adicionar observador" }).click();
    await page.getByRole("option", { name: /Bruno Dias/ }).click();
    await expect(facts.getByRole("button", { name: "Remover Bruno Dias dos observadores" })).toBeVisible();
    await expect(page.getByText("Ana Souza alterou Observadores: — → Bruno Dias")).toBeVisible();
  });

  await test.step("the queue is deleted, and its ticket moves", async () => {
    await page.goto(`${product.url}/configuracoes/filas`);
    await page.getByRole("button", { name: "Ações de Redes" }).click();
    await page.getByRole("menuitem", { name: "Excluir" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Excluir" }).click();
    await expect(page.getByTestId("toast").last()).toContainText("1 chamado mudou de fila");
    await expect(page.getByTestId("list-record")).toHaveText(["Chamados"]);
  });

  await test.step("the category is in use, so it is archived", async () => {
    await page.getByRole("link", { name: "Categorias" }).click();
    await page.getByRole("button", { name: "Ações de Rede" }).click();
    await page.getByRole("menuitem", { name: "Excluir" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Excluir" }).click();
    await expect(page.getByRole("dialog")).toContainText("Há chamados com esta categoria. Arquive-a.");
    await page.getByRole("dialog").getByRole("button", { name: "Cancelar" }).click();
    await page.getByRole("button", { name: "Ações de Rede" }).click();
    await page.getByRole("menuitem", { name: "Arquivar" }).click();
    await expect(page.getByText("Arquivada", { exact: true })).toBeVisible();
    await page.goto(`${product.url}/chamados/1`);
    await expect(facts.getByRole("combobox", { name: "Categoria" })).toHaveText("Rede");
    await expect(facts.getByRole("combobox", { name: "Fila" })).toHaveText("Chamados");
  });
});

/** Makes a queue or category in the open settings page. */
async function add(page: Page, action: string, name: string): Promise<void> {
  await page.getByRole("button", { name: action }).click();
  const dialog = page.getByRole("dialog", { name: action });
  await dialog.getByLabel("Nome").fill(name);
  await dialog.getByRole("button", { name: "Criar" }).click();
}
