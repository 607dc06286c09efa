import { type Locator, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, post, signedIn } from "./steps";

/** Two seconds are promised; as much again is for a machine that is busy with the test itself. */
const SOON = 4_000;

type Made = { id: string; number: number };
type Link = { url: string };

let product: Product;

test.beforeAll(async () => {
  product = await Product.start();
});

test.afterAll(async () => {
  await product.remove();
});

test("o painel conta, mostra e leva às listas, ao vivo", async ({ page, browser }) => {
  await signedIn(page, product);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));

  await test.step("an empty desk says so", async () => {
    await page.goto(`${product.url}/painel`);
    await expect(page.getByRole("heading", { level: 1, name: "Painel" })).toBeVisible();
    for (const name of ["unassigned", "mine", "pending", "resolved"]) await expect(count(page, name)).toContainText("0");
    await expect(page.getByText("Nenhum chamado ainda.")).toBeVisible();
    await expect(page.getByText("Ninguém está com um chamado em andamento.")).toBeVisible();
  });

  await test.step("what happens is seen without a reload", async () => {
    const first = await open(page, "A impressora não imprime");
    const second = await open(page, "Sem acesso ao sistema de vendas");
    const third = await open(page, "Notebook lento ao ligar");
    await expect(count(page, "unassigned")).toContainText("3", { timeout: SOON });
    await expect(page.getByTestId("waiting-badge"), "in sight from every page").toContainText("3", { timeout: SOON });
    await post(page, product, `tickets/${first.id}/start`, {});
    await expect(page.getByTestId("active-work")).toHaveText("A impressora não imprime", { timeout: SOON });
    await expect(count(page, "in_progress")).toContainText("1");
    await expect(count(page, "mine")).toContainText("1");
    await expect(count(page, "unassigned")).toContainText("2");
    // Oldest of those that wait, then the newest of the others.
    await expect(page.getByTestId("latest-ticket")).toHaveText([
      "Sem acesso ao sistema de vendas",
      "Notebook lento ao ligar",
      "A impressora não imprime",
    ]);
    await post(page, product, `tickets/${first.id}/resolve`, { message: "<p>Trocamos o cabo.</p>" });
    await expect(page.getByTestId("active-work")).toHaveCount(0, { timeout: SOON });
    await expect(count(page, "resolved")).toContainText("1");
    await expect(page.getByTestId("person-work")).toContainText(ADMIN.name);
    await post(page, product, `tickets/${second.id}/start`, {});
    await post(page, product, `tickets/${third.id}/assign`, { assigneeId: null });
  });

  await test.step("the days are drawn, and told in numbers", async () => {
    const tickets = page.locator('[data-testid="trend"][data-name="tickets"]');
    await expect(tickets.getByRole("listitem")).toHaveText(["3 abertos", "1 resolvido"]);
    await expect(tickets.locator("svg.recharts-surface path.recharts-line-curve")).toHaveCount(2);
    await tickets.getByText("Ver como tabela").click();
    const today = tickets.getByRole("row").nth(1);
    await expect(today.getByRole("cell")).toHaveText(["3", "1"]);
    await expect(tickets.getByRole("row")).toHaveCount(31);
    const answers = page.locator('[data-testid="trend"][data-name="first-response"]');
    await expect(answers.getByText(/em 1 chamado respondido/)).toBeVisible();
    await page.getByRole("link", { name: "7 d", exact: true }).click();
    await expect(page).toHaveURL(/\/painel\?days=7$/);
    await expect(page.getByRole("navigation", { name: "Período" }).locator("[aria-current]")).toHaveText(["7 d"]);
    await expect(tickets.getByRole("row")).toHaveCount(8);
  });

  await test.step("numbers lead to the lists behind them", async () => {
    await count(page, "unassigned").click();
    await expect(page).toHaveURL(/assigneeId=none/);
    await expect(page.getByTestId("ticket-row")).toHaveText(["Notebook lento ao ligar"]);
    await page.goBack();
    await count(page, "mine").click();
    await expect(page.getByTestId("ticket-row")).toHaveText(["Sem acesso ao sistema de vendas"]);
    await page.goBack();
    const tickets = page.locator('[data-testid="trend"][data-name="tickets"]');
    await tickets.getByText("Ver como tabela").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expect(tickets.getByRole("link", { name: /^Abertos, .*: 3$/ })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/createdFrom=(\d{4}-\d\d-\d\d)&createdTo=\1$/);
    await expect(page.getByTestId("ticket-row")).toHaveCount(3);
    await page.goBack();
    await tickets.getByText("Ver como tabela").click();
    await tickets.getByRole("link", { name: /^Resolvidos, .*: 1$/ }).click();
    await expect(page).toHaveURL(/resolvedFrom=(\d{4}-\d\d-\d\d)&resolvedTo=\1$/);
    await expect(page.getByTestId("ticket-row")).toHaveText(["A impressora não imprime"]);
    await expect(page.getByRole("button", { name: /^Resolvido/ })).toBeVisible();
    await page.goBack();
    const chart = tickets.locator("svg.recharts-surface");
    const width = (await chart.boundingBox())?.width ?? 0;
    await chart.hover({ position: { x: width - 12, y: 60 } });
    await tickets.getByTestId("trend-point").first().click();
    await expect(page).toHaveURL(/createdFrom=(\d{4}-\d\d-\d\d)&createdTo=\1$/);
    await page.goBack();
    await page.getByTestId("queue-count").click();
    await expect(page.getByTestId("ticket-row")).toHaveCount(2);
    await page.goBack();
    await page.getByTestId("latest-ticket").first().click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Notebook lento ao ligar");
  });

  await test.step("others see their own tickets, and nobody's work", async () => {
    const company = await post<Made>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
    const caio = { name: "Caio Reis", email: "caio@example.com", role: "manager", companyId: company.id };
    const person = await post<Made>(page, product, "admin/users", caio);
    await post(page, product, "tickets", { subject: "Do Caio", requesterId: person.id });
    const reset = await post<Link>(page, product, `admin/users/${person.id}/password-reset`, {});
    const context = await browser.newContext({ baseURL: product.url });
    const theirs = await context.newPage();
    await theirs.goto(reset.url);
    await theirs.getByLabel("Nova senha").fill("outra senha comprida");
    await theirs.getByRole("button", { name: "Salvar e entrar" }).click();
    await expect(theirs).toHaveURL(/\/chamados$/);
    await theirs.goto("/painel");
    await expect(count(theirs, "pending")).toContainText("1");
    await expect(theirs.getByTestId("latest-ticket")).toHaveText(["Do Caio"]);
    await expect(count(theirs, "unassigned")).toHaveCount(0);
    await expect(theirs.getByText("Trabalhando agora")).toHaveCount(0);
    await expect(theirs.getByTestId("person-work")).toHaveCount(0);
    await context.close();
  });
  expect(complaints).toEqual([]);
});

function count(page: Page, name: string): Locator {
  return page.locator(`[data-testid="count"][data-name="${name}"]`);
}

function open(page: Page, subject: string): Promise<Made> {
  return post<Made>(page, product, "tickets", { subject });
}
