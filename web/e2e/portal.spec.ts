import { hostname } from "node:os";
import { type Page, expect, test } from "@playwright/test";
import { Agent, Product } from "./product";
import { ADMIN, looked, personSignedIn, post, signedIn } from "./steps";
import { locales, wordsOf } from "./words";

/** A second is promised; the rest is for a machine that is busy with the test itself. */
const SOON = { timeout: 4_000 };
/** What staff say among themselves. */
const SECRET = "cliente-dificil-7431";

type Made = { id: string; number: number; provisioningCode: string };

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await product.remove();
});

for (const locale of locales) {
  test(`whoever asks for help has a portal of their own (${locale})`, async ({ browser, page }, info) => {
    const t = wordsOf(locale);
    await signedIn(page, product);
    const sun = await post<Made>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
    const bia = { name: "Bia Lima", email: "bia@example.com", role: "collaborator", companyId: sun.id };
    const caio = { name: "Caio Reis", email: "caio@example.com", role: "collaborator", companyId: sun.id };
    const other = await post<Made>(page, product, "admin/users", caio);
    const theirs = await post<Made>(page, product, "tickets", { subject: "Do Caio", requesterId: other.id });
    const own = await personSignedIn(browser, page, product, bia, { locale });
    await new Agent(product).enroll(sun.provisioningCode, bia.email);
    const told = listen(own);

    await test.step("with nothing yet, it says what one can do here", async () => {
      await own.reload();
      await expect(own.getByRole("heading", { level: 1, name: t("tickets:own.title") })).toBeVisible();
      await expect(own.getByTestId("empty-state")).toContainText(t("tickets:own.empty.title"));
      await expect(own.getByRole("link", { name: t("shell:nav.devices"), exact: true })).toBeVisible();
      for (const place of ["dashboard", "users", "companies", "jobs", "settings"]) {
        await expect(own.getByRole("link", { name: t(`shell:nav.${place}`), exact: true }), place).toHaveCount(0);
      }
    });

    await test.step("one asks what is wrong and with which computer, and nothing else", async () => {
      await own.getByRole("link", { name: t("tickets:own.open") }).click();
      const device = own.getByRole("combobox", { name: t("tickets:own.whichDevice") });
      await expect(device).toContainText(hostname());
      for (const field of ["queue", "priority", "category", "tags", "requester", "company"]) {
        await expect(own.getByLabel(t(`tickets:field.${field}`)), field).toHaveCount(0);
      }
      await own.getByLabel(t("tickets:own.subject")).fill("A impressora não imprime");
      await own.getByRole("textbox", { name: t("tickets:own.description") }).fill("Desde hoje cedo.");
      const file = { name: "tela.txt", mimeType: "text/plain", buffer: Buffer.from("erro 42") };
      await own.getByTestId("file-input").setInputFiles([file]);
      await expect(own.getByTestId("upload")).toHaveAttribute("data-state", "stored");
      if (locale === "pt-BR") await looked(own, "open", (name) => info.outputPath(name));
      await own.getByRole("button", { name: t("tickets:new.submit") }).click();
      await expect(own.getByRole("heading", { level: 1 })).toContainText("A impressora não imprime");
      await expect(own.getByTestId("own-state")).toHaveText(t("tickets:own.state.received"));
      await expect(own.getByRole("link", { name: /tela\.txt/ })).toBeVisible();
      await expect(own.getByRole("complementary").getByRole("link", { name: hostname() })).toBeVisible();
    });
    const number = new URL(own.url()).pathname.split("/").pop();
    const { id } = await (await page.request.get(`${product.url}/api/tickets/${number}`)).json();

    await test.step("who takes it and what they need is told without a reload", async () => {
      await post(page, product, `tickets/${id}/start`, {});
      await expect(own.getByTestId("own-state")).toHaveText(t("tickets:own.state.worked", { name: ADMIN.name }), SOON);
      await change(page, `tickets/${id}`, { priority: "urgent", tags: [SECRET] });
      await post(page, product, `tickets/${id}/comments`, { body: `<p>${SECRET}</p>`, visibility: "internal" });
      await post(page, product, `tickets/${id}/comments`, { body: "<p>Está ligada?</p>", visibility: "public" });
      await post(page, product, `tickets/${id}/pause`, { reason: "waiting_requester" });
      await expect(own.getByTestId("own-state")).toHaveText(t("tickets:own.state.waitsForYou", { name: ADMIN.name }), SOON);
      await expect(own.getByTestId("comment")).toHaveText(/Está ligada\?/);
      await own.getByRole("textbox", { name: t("tickets:comment.writePublic") }).fill("Está, e com papel.");
      await own.getByRole("button", { name: t("tickets:comment.sendPublic") }).click();
      await expect(own.getByTestId("comment")).toHaveCount(2);
    });

    await test.step("how support sorts its work is not told", async () => {
      await expect(own.locator('[data-testid="timeline-entry"][data-type="paused"]')).toBeVisible();
      await expect(own.getByTestId("timeline-entry").filter({ hasText: t("common:priority.urgent") })).toHaveCount(0);
      await expect(own.getByRole("main")).not.toContainText(SECRET);
      await expect(own.getByTestId("work-sessions")).toHaveCount(0);
      for (const field of ["queue", "priority", "category", "tags"]) {
        await expect(own.getByRole("main").getByText(t(`tickets:field.${field}`), { exact: true }), field).toHaveCount(0);
      }
      if (locale === "pt-BR") await looked(own, "ticket", (name) => info.outputPath(name));
    });

    await test.step("resolved, and the trouble is back: it is reopened where it stands", async () => {
      await post(page, product, `tickets/${id}/resolve`, { message: "" });
      await expect(own.getByTestId("own-state")).toContainText(t("tickets:own.backAgain"), SOON);
      await own.getByRole("button", { name: t("tickets:reopen.action") }).click();
      await own.getByRole("dialog").getByRole("button", { name: t("tickets:reopen.action") }).click();
      await expect(own.getByTestId("own-state")).toHaveText(t("tickets:own.state.taken", { name: ADMIN.name }));
    });

    await test.step("the list has one's own alone, by who has the next move", async () => {
      await own.goto("/chamados");
      await expect(own.getByTestId("ticket-row")).toHaveText(["A impressora não imprime"]);
      await expect(own.getByTestId("own-state")).toHaveText(t("tickets:own.state.taken", { name: ADMIN.name }));
      await own.getByRole("button", { name: t("tickets:own.list.resolved") }).click();
      await expect(own.getByTestId("empty-state")).toContainText(t("tickets:own.noMatch.title"));
      await own.getByRole("button", { name: t("tickets:own.noMatch.action") }).click();
      await expect(own.getByTestId("ticket-row")).toHaveCount(1);
      if (locale === "pt-BR") await looked(own, "list", (name) => info.outputPath(name));
    });

    await test.step("one's computers, and a ticket for one of them", async () => {
      await own.getByRole("link", { name: t("shell:nav.devices"), exact: true }).click();
      await own.getByTestId("device-card").click();
      await expect(own.getByRole("heading", { level: 1 })).toContainText(hostname());
      await expect(own.getByRole("button", { name: t("devices:handOver.action") })).toHaveCount(0);
      await expect(own.getByRole("button", { name: t("devices:reset.action") })).toHaveCount(0);
    });

    await test.step("other people's tickets and the places of staff are not there by address either", async () => {
      await own.goto(`/chamados/${theirs.number}`);
      await expect(own.getByText(t("common:notFound.title"))).toBeVisible();
      for (const address of ["/painel", "/usuarios", `/usuarios/${other.id}`, "/empresas", "/tarefas", "/configuracoes"]) {
        await own.goto(address);
        await expect(own.getByRole("heading", { name: t("common:noPage.title") }), address).toBeVisible();
      }
    });
    expect(told.filter((text) => text.includes("Do Caio")), "of another's ticket").toEqual([]);
    expect(told.filter((text) => text.includes(`<p>${SECRET}`)), "of a note").toEqual([]);
  });
}

/** Everything the server answers the page with. */
function listen(page: Page): string[] {
  const told: string[] = [];
  page.on("response", (response) => {
    const isData = response.headers()["content-type"]?.includes("json");
    // A page that is left does not wait for its answers.
    if (isData) response.text().then((text) => told.push(text), () => undefined);
  });
  return told;
}

async function change(page: Page, path: string, data: object): Promise<void> {
  const answer = await page.request.patch(`${product.url}/api/${path}`, { data, headers: { origin: product.url } });
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
}
