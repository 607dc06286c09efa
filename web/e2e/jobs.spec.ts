import { expect, test } from "@playwright/test";
import { Product } from "./product";
import { seriousFindings, signedIn } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("a job is run, watched, changed, paused and resumed", async ({ page }) => {
  await signedIn(page, product);
  await page.goto(`${product.url}/tarefas`);
  await page.getByRole("link", { name: "Remover execuções antigas" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Remover execuções antigas");
  const times = page.getByRole("table", { name: "Próximas execuções" });
  await expect(times.getByRole("row")).toHaveCount(6);

  await test.step("a run is asked for, and told live with its log", async () => {
    await page.getByRole("button", { name: "Executar agora" }).click();
    await expect(page.getByTestId("run-row")).toHaveCount(1);
    await expect(page.getByTestId("run-badge").first()).toHaveAttribute("data-state", "succeeded");
    await page.getByTestId("run-row").click();
    await expect(page.getByText("runs_purged")).toBeVisible();
    await expect(page.getByText("attempt_started")).toBeVisible();
    await expect(page.getByRole("button", { name: "Tentar de novo" })).toHaveCount(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.goBack();
  });

  await test.step("what a pattern means is shown before it is saved, and where a day lacks its time", async () => {
    await page.getByRole("button", { name: /^Ações/ }).click();
    await page.getByRole("menuitem", { name: "Alterar agendamento…" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByTestId("schedule-preview").getByRole("row")).toHaveCount(6);
    await dialog.getByLabel("Padrão cron").fill("30 2 * * *");
    await dialog.getByRole("combobox", { name: "Fuso horário" }).click();
    await page.getByRole("combobox", { name: "Fuso horário" }).last().fill("New_York");
    await page.getByRole("option", { name: "America/New_York" }).click();
    await expect(dialog.getByTestId("odd-times")).toContainText("não existe nos relógios de America/New_York");
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByLabel("Padrão cron").fill("nunca");
    await expect(dialog.getByTestId("schedule-preview")).toHaveCount(0);
    await dialog.getByLabel("Padrão cron").fill("30 2 * * *");
    await dialog.getByRole("button", { name: "Salvar" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByTestId("odd-times")).toBeVisible();
  });

  await test.step("paused it has no next time, resumed it has five", async () => {
    await page.getByRole("button", { name: /^Ações/ }).click();
    await page.getByRole("menuitem", { name: "Pausar" }).click();
    await expect(page.getByText("Nenhuma enquanto a tarefa estiver pausada.")).toBeVisible();
    await page.getByRole("button", { name: /^Ações/ }).click();
    await page.getByRole("menuitem", { name: "Retomar" }).click();
    await expect(times.getByRole("row")).toHaveCount(6);
  });
});
