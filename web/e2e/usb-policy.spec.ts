import { existsSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Product } from "./product";
import { deviceOpened } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("a USB policy is chosen, reaches the computer, and says what became of it", async ({ page }) => {
  const agent = await deviceOpened(page, product);
  const rules = join(agent.usbRoot, "etc/udev/rules.d/90-chamados-usb.rules");
  const section = page.getByRole("region", { name: "Política de USB" });
  const state = section.getByTestId("usb-policy-state");
  const told = page.getByTestId("device-timeline-entry").first();

  await test.step("each choice says what it does before it is made", async () => {
    await expect(section).toContainText("Nenhuma política definida");
    await section.getByRole("button", { name: "Definir política" }).click();
    const dialog = page.getByRole("dialog", { name: /^Política de USB de / });
    await expect(dialog).toContainText("Teclados, mouses, impressoras e telefones não são afetados.");
    await expect(dialog).toContainText("deixam de funcionar neste computador");
    await dialog.getByRole("radio", { name: "Bloquear" }).check();
    await dialog.getByRole("button", { name: "Bloquear", exact: true }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("away, the computer does not know it yet", async () => {
    await expect(state).toHaveAttribute("data-state", "pending");
    await expect(section).toContainText("quando o computador voltar");
    await expect(section).toContainText("Definida por Ana Souza");
    await expect(told).toContainText("Ana Souza definiu a política de USB: Bloquear.");
    expect(existsSync(rules)).toBe(false);
  });

  await test.step("online it obeys, and the page knows without a reload", async () => {
    agent.run();
    await expect(state).toHaveAttribute("data-state", "applied");
    await expect(state).toHaveText("Aplicada");
    await expect(page.locator('[data-type="usb_policy_applied"]')).toContainText("aplicada: Bloquear");
    expect(readFileSync(rules, "utf8")).toContain("authorized");
  });

  await test.step("what the computer cannot do is told with the reason, and tried again", async () => {
    // A file where the system's folders should be.
    rmSync(agent.usbRoot, { recursive: true });
    writeFileSync(agent.usbRoot, "");
    await choose("Somente leitura", "Deixar somente leitura");
    await expect(state).toHaveAttribute("data-state", "failed");
    await expect(section).toContainText("O agente não conseguiu aplicar a política.");
    await expect(section).toContainText("Not a directory");
    await expect(page.locator('[data-type="usb_policy_failed"]')).toContainText("não foi aplicada: Somente leitura");
    rmSync(agent.usbRoot);
    await section.getByRole("button", { name: "Tentar de novo" }).click();
    await expect(state).toHaveAttribute("data-state", "applied");
    expect(readFileSync(rules, "utf8")).toContain("--setro");
    await expect(section.getByRole("button", { name: "Tentar de novo" })).toHaveCount(0);
  });

  await test.step("allowed again, nothing of it is left on the computer", async () => {
    await choose("Permitir", "Permitir");
    await expect(section.getByTestId("usb-policy")).toHaveText("Permitir");
    await expect(state).toHaveAttribute("data-state", "applied");
    expect(existsSync(rules)).toBe(false);
  });

  await test.step("a reset takes back what was not answered", async () => {
    await agent.kill("SIGTERM");
    await choose("Bloquear", "Bloquear");
    await expect(state).toHaveAttribute("data-state", "pending");
    await page.getByRole("button", { name: "Resetar agente" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resetar agente" }).click();
    await expect(state).toHaveAttribute("data-state", "cancelled");
    await expect(section).toContainText("O agente foi resetado antes de responder.");
    await expect(page.locator('[data-type="reset"]')).toContainText("Pendente");
  });

  async function choose(policy: string, verb: string): Promise<void> {
    await section.getByRole("button", { name: "Alterar política" }).click();
    const dialog = page.getByRole("dialog", { name: /^Política de USB de / });
    await dialog.getByRole("radio", { name: policy }).check();
    await dialog.getByRole("button", { name: verb, exact: true }).click();
    await expect(dialog).toBeHidden();
  }
});
