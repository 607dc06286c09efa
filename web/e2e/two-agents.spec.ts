import { type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, personSignedIn, post, signedIn } from "./steps";

/** A second is promised; the rest is for a machine that is busy with the test itself. */
const SOON = { timeout: 4_000 };

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

test("two agents work one ticket, and neither is in the dark", async ({ browser, page: ana }) => {
  await signedIn(ana, product);
  const bruno = await personSignedIn(browser, ana, product, { name: "Bruno Dias", email: "bruno@example.com", role: "agent" });
  const { id } = await post<{ id: string }>(ana, product, "tickets", { subject: "VPN cai toda hora" });
  for (const page of [ana, bruno]) await page.goto(`${product.url}/chamados/${id}`);

  await test.step("each sees that the other is there", async () => {
    await expect(ana.getByRole("img", { name: "Bruno Dias está aqui" })).toBeVisible(SOON);
    await expect(bruno.getByRole("img", { name: `${ADMIN.name} está aqui` })).toBeVisible(SOON);
  });

  await test.step("who takes it opens the other's composer, and what happened stands in both", async () => {
    await expect(bruno.getByTestId("composer-closed")).toBeVisible();
    await ana.getByRole("button", { name: "Iniciar" }).click();
    await expect(bruno.getByTestId("status-badge").first()).toHaveText("Em andamento", SOON);
    await expect(bruno.getByTestId("composer-closed")).toHaveCount(0, SOON);
    await expect(entry(bruno, "started")).toContainText(`${ADMIN.name} começou a trabalhar`, SOON);
  });

  await test.step("a note of one is announced while it is typed, and read by the other", async () => {
    await bruno.getByRole("radio", { name: "Nota interna" }).click();
    await bruno.getByRole("textbox", { name: /Escreva uma nota/ }).pressSequentially("É o certificado.");
    await expect(ana.getByTestId("participant")).toHaveAttribute("data-activity", "typing_internal", SOON);
    await bruno.getByRole("button", { name: "Adicionar nota" }).click();
    const note = ana.getByTestId("comment").filter({ hasText: "É o certificado." });
    await expect(note).toHaveAttribute("data-visibility", "internal", SOON);
  });

  await test.step("the same field: the second is told what the first saved, and keeps their words", async () => {
    await edit(ana, "VPN cai: certificado vencido");
    await edit(bruno, "VPN cai às 9 h");
    await bruno.getByLabel("Assunto").press("Enter");
    await expect(bruno.getByRole("heading", { level: 1 })).toContainText("VPN cai às 9 h");
    await ana.getByLabel("Assunto").press("Enter");
    const conflict = ana.getByTestId("conflict");
    await expect(conflict.getByTestId("conflict-changes")).toContainText("Bruno Dias alterou Assunto");
    await expect(conflict).toContainText("VPN cai: certificado vencido");
    await ana.getByRole("button", { name: "Salvar o meu" }).click();
    await expect(bruno.getByRole("heading", { level: 1 })).toContainText("VPN cai: certificado vencido", SOON);
    await expect(entry(bruno, "updated").last()).toContainText(`${ADMIN.name} alterou Assunto`);
  });

  await test.step("who is there twice writes in one tab, and is there until both are left", async () => {
    const second = await bruno.context().newPage();
    await second.goto(`${product.url}/chamados/${id}`);
    await second.getByRole("radio", { name: "Nota interna" }).click();
    // The first tab says again that it is read, and will not for some seconds.
    await bruno.waitForResponse((response) => response.request().postData()?.includes("viewing") === true);
    await second.getByRole("textbox", { name: /Escreva uma nota/ }).pressSequentially("Já");
    await expect(ana.getByTestId("participant")).toHaveAttribute("data-activity", "typing_internal", SOON);
    await second.getByRole("link", { name: "Chamados", exact: true }).click();
    await expect(second).toHaveURL(/\/chamados(\?|$)/);
    await expect(ana.getByTestId("participant")).toHaveAttribute("data-activity", "viewing", SOON);
    await second.close();
  });

  await test.step("who goes is no longer there", async () => {
    await bruno.goto(`${product.url}/chamados`);
    await expect(ana.getByTestId("participant")).toHaveCount(0, SOON);
  });
});

async function edit(page: Page, subject: string): Promise<void> {
  await page.getByRole("button", { name: "Editar assunto" }).click();
  await page.getByLabel("Assunto").fill(subject);
}

function entry(page: Page, type: string) {
  return page.locator(`[data-testid="timeline-entry"][data-type="${type}"]`);
}
