import { type Browser, type Locator, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { post, signedIn } from "./steps";

type Made = { id: string; number: number };
type Link = { url: string };

let product: Product;
let ana: Page;
let bia: Page;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  product = await Product.start();
  ana = await open(browser);
  await signedIn(ana, product);
  const invite = await post<Link>(ana, product, "admin/invites", { email: "bia@example.com", role: "agent" });
  const token = new URL(invite.url).hash.slice(1);
  bia = await open(browser);
  await post(bia, product, "auth/invites/accept", { token, name: "Bia Lima", password: "outra senha comprida" });
});

test.afterAll(async () => {
  await product.remove();
});

async function open(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ baseURL: product.url, locale: "pt-BR" });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  page.on("console", (message) => {
    // The policy refuses what writes a `<style>`: the editor must not.
    if (/Content Security Policy/.test(message.text())) throw new Error(message.text());
  });
  return page;
}

const answer = (page: Page): Locator => page.getByRole("textbox", { name: /Escreva uma resposta/ });
const note = (page: Page): Locator => page.getByRole("textbox", { name: /Escreva uma nota/ });
const saved = (page: Page): Locator => page.locator('[data-testid="draft-state"][data-state="saved"]').first();

async function ticket(subject: string): Promise<Made> {
  return post<Made>(ana, product, "tickets", { subject, description: "<p>Desde ontem.</p>" });
}

test("the editor opens in every browser when somebody is assigned, and formats", async () => {
  const { number } = await ticket("Sem rede");
  await bia.goto(`/chamados/${number}`);
  await ana.goto(`/chamados/${number}`);
  await expect(answer(bia)).toBeDisabled();
  await ana.getByRole("button", { name: "Atribuir a mim" }).click();
  await expect(answer(bia), "without a reload").toBeEnabled();

  await answer(bia).click();
  await bia.keyboard.type("Veja ");
  await bia.keyboard.press("Control+b");
  await bia.keyboard.type("isto");
  await bia.keyboard.press("Control+b");
  await bia.keyboard.press("Enter");
  await bia.keyboard.type("- um");
  await bia.keyboard.press("Enter");
  await bia.keyboard.type("dois");
  await expect(bia.getByRole("button", { name: "Lista", exact: true })).toHaveAttribute("aria-pressed", "true");
  await bia.keyboard.press("Control+Enter");
  const comment = ana.getByTestId("comment");
  await expect(comment.locator("strong")).toHaveText("isto");
  await expect(comment.locator("li")).toHaveText(["um", "dois"]);
  await expect(answer(bia)).toHaveText("");
});

test("who is mentioned is picked by keyboard, and watches", async () => {
  const { id, number } = await ticket("Impressora");
  await post(ana, product, `tickets/${id}/start`, {});
  await ana.goto(`/chamados/${number}`);
  await ana.getByRole("radio", { name: "Nota interna" }).click();
  await note(ana).click();
  await ana.keyboard.type("Oi @bi");
  await expect(ana.getByRole("option", { name: /Bia Lima/ })).toHaveAttribute("aria-selected", "true");
  await ana.keyboard.press("Enter");
  await ana.keyboard.type("pode ver?");
  await ana.getByRole("button", { name: "Adicionar nota" }).click();
  const comment = ana.getByTestId("comment");
  await expect(comment).toHaveAttribute("data-visibility", "internal");
  await expect(comment.locator("[data-mention]")).toHaveText("@Bia Lima");
  await expect(bia.getByTestId("toast")).toContainText("Impressora");
  const entry = ana.locator('[data-testid="timeline-entry"][data-type="updated"]');
  await expect(entry, "a change of who watches").toBeVisible();
});

test("a draft is there after a reload, as a note, and on another's change; sent it is gone", async () => {
  const { id, number } = await ticket("Notebook lento");
  await ana.goto(`/chamados/${number}`);
  await ana.getByRole("button", { name: "Atribuir a mim" }).click();
  await ana.getByRole("radio", { name: "Nota interna" }).click();
  await note(ana).fill("Parece o disco");
  await post(bia, product, `tickets/${id}/start`, {});
  await expect(ana.getByTestId("status-badge").first()).toHaveText("Em andamento");
  await expect(note(ana)).toHaveText("Parece o disco");
  await expect(saved(ana)).toBeVisible();
  await ana.reload();
  await expect(note(ana)).toHaveText("Parece o disco");
  await bia.goto(`/chamados/${number}`);
  await expect(answer(bia), "another's draft is nobody else's").toHaveText("");

  await note(ana).click();
  await ana.keyboard.press("End");
  await ana.keyboard.type(" novo");
  await ana.reload();
  await expect(note(ana), "typed a moment before leaving").toHaveText("Parece o disco novo");
  await ana.getByRole("button", { name: "Adicionar nota" }).click();
  await expect(ana.getByTestId("comment")).toHaveText(/Parece o disco novo/);
  await ana.reload();
  await expect(answer(ana)).toHaveText("");
});

test("of two who edit a description the second sees what changed, and keeps what was typed", async () => {
  const { id, number } = await ticket("Sem acesso");
  const description = (page: Page) => page.getByRole("textbox", { name: "Descrição" });
  for (const page of [ana, bia]) {
    await page.goto(`/chamados/${number}`);
    await page.getByRole("button", { name: "Editar descrição" }).click();
    await expect(description(page)).toHaveText("Desde ontem.");
  }
  await description(ana).fill("Desde hoje cedo.");
  await description(bia).fill("Desde a troca do servidor.");
  await ana.getByRole("button", { name: "Salvar" }).click();
  await expect(description(ana)).toHaveCount(0);
  await expect(description(bia), "no change touches it").toHaveText("Desde a troca do servidor.");

  await bia.getByRole("button", { name: "Salvar" }).click();
  const conflict = bia.getByTestId("conflict");
  await expect(conflict.getByTestId("conflict-changes")).toContainText("Ana Souza alterou Descrição");
  await expect(conflict).toContainText("Desde hoje cedo.");
  await expect(conflict).toContainText("Desde a troca do servidor.");
  await bia.getByRole("button", { name: "Voltar à edição" }).click();
  await expect(description(bia)).toHaveText("Desde a troca do servidor.");
  await bia.reload();
  await expect(description(bia), "kept on the server too").toHaveText("Desde a troca do servidor.");
  await bia.getByRole("button", { name: "Salvar" }).click();
  await bia.getByRole("button", { name: "Salvar o meu" }).click();
  await expect(ana.getByText("Desde a troca do servidor.")).toBeVisible();

  await ana.getByRole("button", { name: "Encerrar" }).click();
  const dialog = ana.getByRole("dialog");
  await dialog.getByLabel("Mensagem de encerramento").fill("Trocamos o cabo.");
  await post(bia, product, `tickets/${id}/start`, {});
  await dialog.getByRole("button", { name: "Encerrar ticket" }).click();
  await expect(ana.getByTestId("conflict-changes")).toContainText("Bia Lima começou a trabalhar");
  await ana.getByRole("button", { name: "Encerrar mesmo assim" }).click();
  await expect(ana.getByTestId("status-badge").first()).toHaveText("Resolvido");
  await expect(ana.getByTestId("comment")).toHaveText(/Trocamos o cabo/);
});
