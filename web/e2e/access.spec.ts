import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { type Page, expect, test } from "@playwright/test";
import { Agent, Product } from "./product";
import { post, signedIn } from "./steps";

/** Two seconds are promised; as much again is for a machine that is busy with the test itself. */
const SOON = 4_000;

type Made = { id: string; provisioningCode: string };
type Link = { url: string };

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("a computer changes hands: reset, adjust access, reinstall", async ({ page, browser }) => {
  await signedIn(page, product);
  const sun = await post<Made>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  const sea = await post<Made>(page, product, "admin/companies", { name: "Padaria Mar", nickname: "mar" });
  const person = (name: string, email: string, companyId: string) =>
    post<Made>(page, product, "admin/users", { name, email, role: "collaborator", companyId });
  const bia = await person("Bia Costa", "bia@example.com", sun.id);
  await person("Caio Lima", "caio@example.com", sun.id);
  await person("Duda Reis", "duda@example.com", sea.id);
  const agent = new Agent(product);
  await agent.enroll(sun.provisioningCode, "bia@example.com");
  agent.run();

  const theirs = await test.step("its person sees it on their own page", async () => {
    const reset = await post<Link>(page, product, `admin/users/${bia.id}/password-reset`, {});
    const context = await browser.newContext({ baseURL: product.url });
    const own = await context.newPage();
    await own.goto(reset.url);
    await own.getByLabel("Nova senha").fill("outra senha comprida");
    await own.getByRole("button", { name: "Salvar e entrar" }).click();
    await own.getByRole("link", { name: "Dispositivos", exact: true }).click();
    await expect(own.getByRole("heading", { level: 1, name: "Meus dispositivos" })).toBeVisible();
    await expect(own.getByTestId("device-card")).toHaveText([hostname()]);
    await expect(own.getByTestId("presence")).toHaveAttribute("data-presence", "online");
    await pictures(own, "own-devices");
    return own;
  });

  await page.goto(`${product.url}/dispositivos`);
  await page.getByTestId("device-row").click();
  const address = page.url();
  await expect(page.getByTestId("persona")).toHaveText("Colaborador");
  await expect(page.getByTestId("device-token")).toHaveCount(1);
  await expect(page.getByTestId("device-token")).toHaveText(/^chd_.{4}….*Válido.*Geração 1.*último uso/);

  await test.step("reset, the agent is cut and its token revoked", async () => {
    await page.getByRole("button", { name: "Resetar agente" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resetar agente" }).click();
    expect(await agent.ended()).toBe(78);
    await expect(page.getByTestId("device-token")).toHaveText(/Revogado.*revogado/);
  });

  await test.step("who may not have it is refused in words", async () => {
    await page.getByRole("button", { name: "Ajustar acesso" }).click();
    const dialog = page.getByRole("dialog", { name: /^Ajustar acesso a / });
    await pictures(page, "adjust-access");
    await dialog.getByLabel("E-mail do usuário principal").fill("duda@example.com");
    await dialog.getByRole("button", { name: "Ajustar acesso" }).click();
    await expect(dialog.getByRole("alert")).toHaveText("Esta pessoa é de outra empresa.");
  });

  await test.step("somebody of the company gets it, under a persona", async () => {
    const dialog = page.getByRole("dialog", { name: /^Ajustar acesso a / });
    await dialog.getByLabel("E-mail do usuário principal").fill("CAIO@example.com");
    await dialog.getByText("Gestor", { exact: true }).click();
    await dialog.getByRole("button", { name: "Ajustar acesso" }).click();
    await expect(dialog).toBeHidden();
    const people = page.getByRole("region", { name: "Pessoas" });
    await expect(people.getByRole("link", { name: "Caio Lima" })).toBeVisible();
    await expect(page.getByTestId("persona")).toHaveText("Gestor");
    const told = page.getByTestId("device-timeline-entry").first();
    await expect(told).toHaveAttribute("data-type", "access_adjusted");
    await expect(told).toContainText("Ana Souza ajustou o acesso.");
    await expect(told).toContainText(/Usuário principal: Bia Costa.*Caio Lima/);
    await expect(told).toContainText(/Persona: Colaborador.*Gestor/);
  });

  await test.step("whoever had it sees it no longer, without a reload", async () => {
    await expect(theirs.getByTestId("device-card")).toHaveCount(0, { timeout: SOON });
    await theirs.context().close();
  });

  await test.step("reinstalled with the new address, it is the same record", async () => {
    await agent.enroll(sun.provisioningCode, "caio@example.com");
    agent.run();
    await expect(page.getByTestId("presence").first()).toHaveAttribute("data-presence", "online");
    await expect(page.getByTestId("persona")).toHaveText("Gestor");
    await expect(page.getByTestId("device-token")).toHaveCount(2);
    await page.goto(`${product.url}/dispositivos`);
    await expect(page.getByTestId("device-row")).toHaveCount(1);
    await page.goto(address);
    const region = page.getByRole("region", { name: "Histórico de presença" });
    const states = region.getByTestId("presence-strip").locator("[data-state]");
    await expect(states.last()).toHaveAttribute("data-state", "online");
    await region.getByText("Ver como tabela").click();
    await expect(region.getByRole("row").nth(1)).toContainText(/Online.*agora/);
    await region.getByRole("button", { name: "1 d" }).click();
    await expect(region.getByTestId("presence-strip")).toHaveAttribute("aria-label", /^Último dia: /);
    await pictures(page, "handed-over");
  });
});

test("the list of devices: live, late, as cards, as a file", async ({ page }) => {
  await signedIn(page, product);
  const sun = await post<Made>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  await post<Made>(page, product, "admin/companies", { name: "Padaria Mar", nickname: "mar" });
  const agent = new Agent(product);
  await agent.enroll(sun.provisioningCode, "bia@example.com");
  agent.run();
  await page.goto(`${product.url}/dispositivos`);
  const presence = page.getByTestId("device-row").locator("xpath=ancestor::li").getByTestId("presence");
  await expect(presence).toHaveAttribute("data-presence", "online");

  await test.step("killed, it is late, then offline; each without a reload", async () => {
    await agent.kill("SIGKILL");
    await expect(presence).toHaveAttribute("data-presence", "stale", { timeout: SOON });
    await expect(presence).toHaveAttribute("data-presence", "offline", { timeout: 15_000 });
  });

  await test.step("the dashboard counts it, and its number leads to it", async () => {
    await page.goto(`${product.url}/painel`);
    const company = page.getByRole("list", { name: "Dispositivos offline por empresa" }).getByRole("listitem");
    await expect(company).toHaveText(/Padaria Sol.*1 de 1/);
    await page.getByTestId("company-offline").click();
    await expect(page).toHaveURL(/companyId=.*presence=offline/);
    await expect(page.getByTestId("device-row")).toHaveCount(1);
  });

  await test.step("the company is found by typing", async () => {
    await page.goto(`${product.url}/dispositivos`);
    await page.getByRole("toolbar").getByRole("button", { name: /^Empresa/ }).click();
    await page.getByRole("combobox").fill("mar");
    await page.getByRole("option", { name: /Padaria Mar/ }).click();
    await expect(page.getByTestId("device-row")).toHaveCount(0);
    await page.getByRole("button", { name: "Limpar filtros" }).first().click();
    await expect(page.getByTestId("device-row")).toHaveCount(1);
  });

  await test.step("as cards, and this browser remembers", async () => {
    await page.getByRole("button", { name: "Cartões" }).click();
    await expect(page.getByTestId("device-card")).toHaveText([hostname()]);
    await page.reload();
    await expect(page.getByTestId("device-card")).toHaveCount(1);
    await pictures(page, "cards");
    await page.getByTestId("device-card").click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(hostname());
    await page.goBack();
    await page.getByRole("button", { name: "Linhas" }).click();
    await expect(page.getByTestId("device-row")).toHaveCount(1);
  });

  await test.step("as a file, with the filter of the list", async () => {
    await page.goto(`${product.url}/dispositivos?presence=offline`);
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name: "Baixar como CSV" }).click();
    const file = await waiting;
    expect(file.suggestedFilename()).toBe("devices.csv");
    const text = await readFile(await file.path(), "utf8");
    expect(text.trim().split("\r\n")).toHaveLength(2);
    expect(text).toContain(`${hostname()},${hostname()},Padaria Sol,bia,collaborator,,offline,`);
  });
});

/** What a page looks like on a phone by day and on a desk by night. */
async function pictures(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const [width, colorScheme] of [[360, "light"], [1440, "dark"]] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const path = test.info().outputPath(`${name}-${width}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true, timeout: 30_000 });
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
