import { type Locator, type Page, expect, test } from "@playwright/test";
import { Agent, Product } from "./product";
import { looked, post, signedIn } from "./steps";
import { type Locale, locales, wordsOf } from "./words";

/** Two seconds are promised; as much again is for a machine that is busy with the test itself. */
const SOON = { timeout: 4_000 };

type Made = { id: string; provisioningCode: string };

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

for (const locale of locales) {
  test.describe(locale, () => {
    test.use({ locale });
    test("a computer is handed over step by step", ({ page }, info) =>
      handOver(page, locale, (name) => info.outputPath(name)));
  });
}

async function handOver(page: Page, locale: Locale, path: (file: string) => string): Promise<void> {
  const t = wordsOf(locale);
  await signedIn(page, product);
  const sun = await post<Made>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  for (const [name, email] of [["Bia Costa", "bia@example.com"], ["Caio Lima", "caio@example.com"]]) {
    await post(page, product, "admin/users", { name, email, role: "collaborator", companyId: sun.id });
  }
  const agent = new Agent(product);
  await agent.enroll(sun.provisioningCode, "bia@example.com");
  agent.run();
  await page.goto(`${product.url}/dispositivos`);
  await page.getByTestId("device-row").click();
  await expect(page.getByTestId("presence").first()).toHaveAttribute("data-presence", "online");

  await test.step("begun by keyboard, it names who leaves", async () => {
    await page.getByRole("button", { name: t("devices:handOver.action") }).press("Enter");
    await expect(page.getByTestId("hand-over")).toBeFocused();
    await expect(step(page, "reset")).toHaveAttribute("data-state", "current");
    await expect(step(page, "reset")).toContainText("Bia Costa");
    await looked(page, "begin", path);
  });

  await test.step("the reset asks, and cuts the agent off", async () => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText(t("devices:reset.cut"));
    await expect(step(page, "reset")).toHaveAttribute("data-state", "current");
    await dialog.getByRole("button", { name: t("devices:reset.action") }).click();
    expect(await agent.ended()).toBe(78);
    await expect(step(page, "reset")).toHaveAttribute("data-state", "done");
    await expect(step(page, "access")).toHaveAttribute("data-state", "current");
  });

  await test.step("left, and gone on with by somebody who comes to the page anew", async () => {
    await page.getByRole("button", { name: t("devices:handOver.leave") }).click();
    await expect(page.getByTestId("hand-over")).toHaveCount(0);
    await page.reload();
    await page.getByRole("button", { name: t("devices:handOver.continue") }).click();
    await expect(step(page, "reset")).toHaveAttribute("data-state", "done");
    await expect(step(page, "access")).toHaveAttribute("data-state", "current");
  });

  await test.step("it is given to somebody else", async () => {
    await step(page, "access").getByRole("button", { name: t("devices:access.action") }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(t("devices:access.email")).fill("caio@example.com");
    await dialog.getByRole("button", { name: t("devices:access.action") }).click();
    await expect(step(page, "access")).toHaveAttribute("data-state", "done");
    const persona = t("devices:persona.collaborator");
    await expect(step(page, "access")).toContainText(t("devices:handOver.access.done", { person: "Caio Lima", persona }));
  });

  await test.step("the command has the company's code and the new person's address", async () => {
    await expect(step(page, "enrol")).toHaveAttribute("data-state", "current");
    const command = step(page, "enrol").getByTestId("enrol-command");
    await expect(command).toContainText(`--code ${sun.provisioningCode} --email caio@example.com`);
    await expect(step(page, "back").getByRole("status")).toHaveText(t("devices:handOver.back.waiting"));
    await looked(page, "enrol", path);
  });

  await test.step("enrolled it is waited for, and once it is back the page says so by itself", async () => {
    await agent.enroll(sun.provisioningCode, "caio@example.com");
    await expect(step(page, "enrol")).toHaveAttribute("data-state", "done", SOON);
    await expect(step(page, "back").getByRole("status")).toHaveText(t("devices:handOver.back.enrolled"));
    agent.run();
    await expect(step(page, "back")).toHaveAttribute("data-state", "done", SOON);
    await expect(step(page, "back").getByRole("status")).toContainText("Caio Lima");
    await looked(page, "back", path);
  });

  await test.step("the next hand-over begins with whoever has it now", async () => {
    await page.getByRole("button", { name: t("devices:handOver.leave") }).click();
    await page.getByRole("button", { name: t("devices:handOver.action") }).click();
    await expect(step(page, "reset")).toHaveAttribute("data-state", "current");
    await expect(step(page, "reset")).toContainText("Caio Lima");
  });
}

function step(page: Page, name: string): Locator {
  return page.locator(`[data-testid="hand-over-step"][data-step="${name}"]`);
}
