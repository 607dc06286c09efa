import { expect, test } from "@playwright/test";
import { Demo } from "./product";
import { seriousFindings } from "./steps";

/** The computers come one after the other over some seconds. */
const ONLINE = 15_000;

let demo: Demo;

test.beforeAll(async () => {
  demo = await Demo.start();
});

test.afterAll(async () => {
  await demo.remove();
});

test("uma demonstração diz o que é e mostra o produto em uso", async ({ page, browser }) => {
  const mark = page.getByTestId("demo-mark");

  await test.step("already before signing in", async () => {
    await page.goto(`${demo.url}/entrar`);
    await expect(mark).toHaveText(/^Demonstração: dados inventados.*cargo xtask run --demo --remove$/);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel("E-mail").fill("admin@suporte.example.com");
    await page.getByLabel("Senha").fill(demo.password);
    await page.getByRole("button", { name: "Entrar" }).click();
    await expect(page).toHaveURL(/\/chamados/);
    await expect(page.getByTestId("ticket-row").first()).toBeVisible();
    await expect(mark).toBeVisible();
  });

  await test.step("a desk with a past", async () => {
    await page.goto(`${demo.url}/painel`);
    const resolved = page.locator('[data-testid="count"][data-name="resolved"]');
    await expect(resolved).toContainText(/[1-9]\d/);
    await expect(page.getByTestId("active-work").first()).toBeVisible();
    await expect(page.getByTestId("latest-ticket")).toHaveCount(10);
  });

  await test.step("and with computers that are on", async () => {
    await page.goto(`${demo.url}/dispositivos?presence=online`);
    await expect(page.getByTestId("device-row")).toHaveCount(demo.streaming, { timeout: ONLINE });
  });

  await test.step("in English too, and on a telephone", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await expect(mark).toBeVisible();
    const fits = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    expect(fits, "nothing is wider than the telephone").toBe(true);
    const english = await browser.newContext({ locale: "en-US" });
    const other = await english.newPage();
    await other.goto(`${demo.url}/entrar`);
    await expect(other.getByTestId("demo-mark")).toContainText("Demonstration: invented data.");
    await english.close();
  });
});
