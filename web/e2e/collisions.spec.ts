import { type Locator, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { deviceOpened, post } from "./steps";

type Made = { id: string };

let product: Product;

test.beforeAll(async () => {
  product = await Product.start();
});

test.afterAll(async () => {
  await product.remove();
});

/** A record somebody edits while somebody else saves it. */
interface Case {
  record: string;
  /** Where it is edited. */
  address: string;
  /** Opens the form; its frame. */
  open: (page: Page) => Promise<Locator>;
  field: string;
  save?: string;
  /** What the others save, and where. */
  path: string;
  theirs: Record<string, string>;
  mine: string;
}

test("whatever is edited, who saves second is told and loses nothing", async ({ page }) => {
  await deviceOpened(page, product);
  const device = new URL(page.url()).pathname;
  const deviceId = device.split("/").pop() ?? "";
  const make = (path: string, data: object) => post<Made>(page, product, path, data);
  const company = await make("admin/companies", { name: "Padaria Mar", nickname: "mar" });
  const bia = { name: "Bia Costa", email: "bia@example.net", role: "agent" };
  const person = await make("admin/users", bia);
  const queue = await make("admin/queues", { name: "Redes" });
  const category = await make("admin/categories", { name: "Impressoras" });
  const account = await make("admin/service-accounts", { name: "Relatórios", description: "" });
  const { items: jobs } = await (await page.request.get(`${product.url}/api/admin/jobs`)).json();
  const job: { key: string; version: number } = jobs.find(({ kind }: { kind: string }) => kind === "cron");

  const button = (name: string) => async (on: Page) => {
    await on.getByRole("main").getByRole("button", { name, exact: true }).first().click();
    return on.getByRole("dialog");
  };
  const menu = (of: RegExp, item: string) => async (on: Page) => {
    await on.getByRole("button", { name: of }).first().click();
    await on.getByRole("menuitem", { name: item }).click();
    return on.getByRole("dialog");
  };
  const onPage = async (on: Page) => on.getByRole("main");
  const named = { field: "Nome", theirs: { name: "Deles" }, mine: "Meu" };
  const cases: Case[] = [
    { record: "company", address: `/empresas/${company.id}`, open: button("Editar"), path: `companies/${company.id}`, ...named },
    { record: "person", address: `/usuarios/${person.id}`, open: onPage, path: `users/${person.id}`, ...named },
    { record: "queue", address: "/configuracoes/filas", open: menu(/Ações de Redes/, "Renomear"), path: `queues/${queue.id}`, ...named },
    {
      record: "category",
      address: "/configuracoes/categorias",
      open: menu(/Ações de Impressoras/, "Renomear"),
      path: `categories/${category.id}`,
      ...named,
    },
    {
      record: "service account",
      address: `/configuracoes/contas-de-servico/${account.id}`,
      open: button("Editar"),
      path: `service-accounts/${account.id}`,
      ...named,
    },
    {
      record: "name of a device",
      address: device,
      open: button("Renomear"),
      field: "Nome no painel",
      path: `devices/${deviceId}`,
      theirs: { displayName: "Deles" },
      mine: "Meu",
    },
    {
      record: "notes of a device",
      address: device,
      open: onPage,
      field: "Observações",
      save: "Salvar observações",
      path: `devices/${deviceId}`,
      theirs: { notes: "Deles" },
      mine: "Meu",
    },
    {
      record: "schedule of a job",
      address: `/tarefas/${job.key}`,
      open: menu(/^Ações de /, "Alterar agendamento"),
      field: "Padrão cron",
      path: `jobs/${job.key}`,
      theirs: { schedule: "7 4 * * *" },
      mine: "9 5 * * *",
    },
  ];
  for (const each of cases) {
    await test.step(each.record, async () => {
      await page.goto(product.url + each.address);
      const form = await each.open(page);
      const field = form.getByRole("textbox", { name: each.field, exact: true });
      await field.fill(each.mine);
      await otherSaves(page, each);
      await form.getByRole("button", { name: each.save ?? "Salvar", exact: true }).click();
      const notice = form.getByTestId("collision");
      for (const theirs of Object.values(each.theirs)) await expect(notice).toContainText(theirs);
      await expect(field, "what was typed stays").toHaveValue(each.mine);
      await notice.getByRole("button", { name: "Salvar o meu" }).click();
      await expect(notice).toHaveCount(0);
      const now = JSON.stringify(await (await page.request.get(`${product.url}/api/admin/${listed(each.path)}`)).json());
      expect(now, "and is saved once one wants it to be").toContain(`"${each.mine}"`);
    });
  }
});

/** Queues, categories and jobs are read as a list. */
function listed(path: string): string {
  const [list = ""] = path.split("/");
  if (list === "queues" || list === "categories") return `../${list}`;
  return list === "jobs" ? list : path;
}

/** Saves as if somebody else had; the version is left to the server. */
async function otherSaves(page: Page, { path, theirs }: Case): Promise<void> {
  const options = { data: theirs, headers: { origin: product.url } };
  const answer = await page.request.patch(`${product.url}/api/admin/${path}`, options);
  expect(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
}
