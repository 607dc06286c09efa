import { cpus, hostname, networkInterfaces } from "node:os";
import { type Locator, type Page, expect, test } from "@playwright/test";
import { Agent, Product, SILENCE_SECONDS } from "./product";

const EMAIL = "bia@example.com";
/** Two seconds are promised; as much again is for a machine that is busy with the test itself. */
const SOON = 4_000;
const SUBJECT = "A impressora não imprime";

let product: Product;

test.beforeAll(async () => {
  product = await Product.start();
});

test.afterAll(async () => {
  await product.remove();
});

test("uma máquina e um chamado, do navegador ao disco", async ({ page }) => {
  await setUp(page);
  const code = await makeCompany(page);
  const agent = new Agent(product);

  await test.step("the device is online within two seconds, without a reload", async () => {
    await page.getByRole("link", { name: "Dispositivos", exact: true }).click();
    await expect(page.getByTestId("empty-state")).toBeVisible();
    await agent.enroll(code, EMAIL);
    agent.run();
    await expect(presence(page)).toHaveAttribute("data-presence", "online", { timeout: SOON });
    await page.getByTestId("device-row").click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(hostname());
    for (const title of ["Sistema", "Processador", "Memória"]) {
      await expect(page.getByText(title, { exact: true }).first()).toBeVisible();
    }
    await expect(page.getByRole("heading", { name: "Discos" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Rede" })).toBeVisible();
    await expect(page.getByText(cpus()[0]?.model ?? "")).toBeVisible();
    // Loopback and what containers bring are left out; whatever is shown is an interface of this machine.
    const interfaces = new RegExp(`^(${Object.keys(networkInterfaces()).join("|")})$`);
    await expect(page.getByTitle(interfaces).first()).toBeVisible();
  });
  const deviceAddress = page.url();

  await test.step("a ticket is opened for it", async () => {
    await page.getByRole("link", { name: "Novo chamado" }).first().click();
    await page.getByLabel("Assunto").fill(SUBJECT);
    await page.getByRole("button", { name: "Abrir chamado" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(SUBJECT);
    await expect(status(page)).toHaveText("Pendente");
    await expect(page.getByRole("complementary").getByText("Chamados", { exact: true })).toBeVisible();
  });
  const ticketAddress = page.url();

  await test.step("play, comment, pause, play, Encerrar", () => work(page));

  await test.step("stopped, it is offline at once", async () => {
    await page.goto(deviceAddress);
    await expect(presence(page)).toHaveAttribute("data-presence", "online");
    await agent.kill("SIGTERM");
    await expect(presence(page)).toHaveAttribute("data-presence", "offline", { timeout: SOON });
  });

  await test.step("killed, it is offline by the rule and not before", async () => {
    agent.run();
    await expect(presence(page)).toHaveAttribute("data-presence", "online");
    await agent.kill("SIGKILL");
    const killed = Date.now();
    await expect(presence(page)).toHaveAttribute("data-presence", "offline", { timeout: 15_000 });
    // The last beat may be one interval older than the kill.
    expect((Date.now() - killed) / 1_000).toBeGreaterThan(SILENCE_SECONDS - 1.5);
  });

  await test.step("reset, the agent is cut; enrolled again, it is the same device", async () => {
    agent.run();
    await expect(presence(page)).toHaveAttribute("data-presence", "online");
    await page.getByRole("button", { name: "Resetar agente" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resetar agente" }).click();
    expect(await agent.ended()).toBe(78);
    await expect(presence(page)).toHaveAttribute("data-presence", "offline");
    await agent.enroll(code, EMAIL);
    agent.run();
    await expect(presence(page)).toHaveAttribute("data-presence", "online");
    await page.goto(`${product.url}/dispositivos`);
    await expect(page.getByTestId("device-row")).toHaveCount(1);
    await page.goto(deviceAddress);
    await expect(page.getByText(SUBJECT).first()).toBeVisible();
  });

  await test.step("a job ran, and says what it did", async () => {
    await page.getByRole("link", { name: "Tarefas agendadas" }).click();
    // Presence is settled soon after every start.
    await page.locator('[data-testid="job-row"][data-key="device-settle-presence"]').getByRole("link").click();
    await page.getByTestId("run-row").first().click();
    await expect(page.getByTestId("log-line").first()).toBeVisible();
  });

  await test.step("after a restart everything is still there", async () => {
    await product.restart();
    await page.goto(ticketAddress);
    await expect(status(page)).toHaveText("Resolvido");
    await expect(page.getByText("Trocamos o cabo.")).toBeVisible();
    await page.goto(deviceAddress);
    await expect(presence(page)).toHaveAttribute("data-presence", "online", { timeout: 20_000 });
  });
  await agent.kill("SIGTERM");
});

async function setUp(page: Page): Promise<void> {
  await page.goto(product.setupLink);
  await page.getByLabel("Organização").fill("Suporte Norte");
  await page.getByLabel("Seu nome").fill("Ana Souza");
  await page.getByLabel("E-mail").fill("ana@example.com");
  await page.getByLabel("Senha").fill("uma senha comprida");
  await page.getByRole("button", { name: "Criar administrador" }).click();
  await expect(page).toHaveURL(/\/chamados$/);
}

/** Makes a company and reads its provisioning code. */
async function makeCompany(page: Page): Promise<string> {
  await page.getByRole("link", { name: "Empresas", exact: true }).click();
  await page.getByRole("button", { name: "Nova empresa" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Nome").fill("Padaria Sol");
  await dialog.getByRole("button", { name: "Criar empresa" }).click();
  const code = page.getByTestId("provisioning-code");
  await expect(code).toHaveText(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
  return code.innerText();
}

/** Works the ticket on the page to its end. Each status looks different. */
async function work(page: Page): Promise<void> {
  const colours = [await colour(status(page))];
  const become = async (text: string): Promise<void> => {
    await expect(status(page)).toHaveText(text);
    colours.push(await colour(status(page)));
  };
  await expect(page.getByTestId("composer-closed")).toBeVisible();
  await page.getByRole("button", { name: "Iniciar" }).click();
  await become("Em andamento");
  await page.getByRole("textbox", { name: /Escreva uma resposta/ }).fill("Estou vendo a fila de impressão.");
  await page.getByRole("button", { name: "Responder" }).click();
  await expect(page.getByTestId("comment")).toHaveText(/fila de impressão/);

  await page.getByRole("button", { name: "Pausar" }).click();
  await page.getByRole("dialog").getByText("Aguardando o solicitante").click();
  await page.getByRole("dialog").getByRole("button", { name: "Pausar" }).click();
  await become("Pausado");
  await page.getByRole("button", { name: "Retomar" }).click();
  await expect(status(page)).toHaveText("Em andamento");

  await page.getByRole("button", { name: "Encerrar" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Cancelar" })).toBeVisible();
  await dialog.getByLabel("Mensagem de encerramento").fill("Trocamos o cabo.");
  await expect(dialog.getByRole("button", { name: "Limpar mensagem" })).toBeVisible();
  await dialog.getByRole("button", { name: "Encerrar ticket" }).click();
  await become("Resolvido");
  expect(new Set(colours).size).toBe(4);

  for (const type of ["created", "started", "paused", "resolved"]) {
    const entry = page.locator(`[data-testid="timeline-entry"][data-type="${type}"]`);
    await expect(entry.first(), type).toBeVisible();
  }
  await expect(page.getByTestId("comment").filter({ hasText: "Trocamos o cabo." })).toBeVisible();
  await expect(page.getByTestId("work-sessions").getByRole("listitem")).toHaveCount(2);
}

function presence(page: Page): Locator {
  return page.getByTestId("presence").first();
}

function status(page: Page): Locator {
  return page.getByTestId("status-badge").first();
}

function colour(badge: Locator): Promise<string> {
  return badge.evaluate((element) => getComputedStyle(element).backgroundColor);
}
