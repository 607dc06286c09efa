import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Agent, Product } from "./product";
import { post, seriousFindings, signedIn } from "./steps";

const WIDTHS = [360, 1440];
const THEMES = ["light", "dark"] as const;
const LOCALES = ["pt-BR", "en"] as const;

/** Addresses that only lead to others. */
const REDIRECTS = ["/", "/configuracoes"];

/** What the set-up needs of what it made. */
type Made = { id: string; provisioningCode: string };
type Link = { url: string };

let product: Product;
/** Where each page is, by the name of its picture. */
let pages: Record<string, string>;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  product = await Product.start();
  const context = await browser.newContext({ baseURL: product.url });
  const page = await context.newPage();
  await signedIn(page, product);
  const company = await post<Made>(page, product, "admin/companies", { name: "Padaria Sol", nickname: "sol" });
  const agent = new Agent(product);
  await agent.enroll(company.provisioningCode, "bia@example.com");
  agent.run();
  const subjects = ["A impressora não imprime", "Sem acesso ao sistema de vendas", "Notebook lento ao ligar"];
  const category = await post<Made>(page, product, "admin/categories", { name: "Equipamentos" });
  const facts = { category: category.id, tags: ["urgente", "matriz"] };
  let ticket = "";
  for (const subject of subjects) ticket = (await post<Made>(page, product, "tickets", { subject, ...facts })).id;
  await post<Made>(page, product, `tickets/${ticket}/start`, {});
  await post<Made>(page, product, `tickets/${ticket}/comments`, { body: "<p>Já estou olhando.</p>", visibility: "public" });
  const caio = { name: "Caio Reis", email: "caio@example.com", role: "manager", companyId: company.id };
  const person = await post<Made>(page, product, "admin/users", caio);
  const reset = await post<Link>(page, product, `admin/users/${person.id}/password-reset`, {});
  const duda = { email: "duda@example.com", role: "collaborator", companyId: company.id };
  const invite = await post<Link>(page, product, "admin/invites", duda);
  const script = { name: "Relatórios", description: "Conta os chamados do dia" };
  const account = await post<Made>(page, product, "admin/service-accounts", script);
  const scopes = ["tickets.read", "users.read"];
  await post(page, product, `admin/service-accounts/${account.id}/keys`, { scopes, expiresAt: null });
  const run = await post<{ runId: string }>(page, product, "admin/jobs/device-settle-presence/run", {});
  await page.goto("/dispositivos");
  const device = page.getByTestId("device-row");
  await expect(page.getByTestId("presence").first()).toHaveAttribute("data-presence", "online");
  pages = {
    dashboard: "/painel",
    "dashboard-year": "/painel?days=365",
    tickets: "/chamados",
    ticket: `/chamados/${ticket}`,
    "tickets-filtered": `/chamados?status=pending&category=${category.id}&tag=matriz&createdFrom=2026-01-01&sort=oldest`,
    "new-ticket": "/chamados/novo",
    devices: "/dispositivos",
    device: (await device.getAttribute("href")) ?? "",
    users: "/usuarios",
    user: `/usuarios/${person.id}`,
    invites: "/usuarios/convites",
    account: "/conta",
    queues: "/configuracoes/filas",
    categories: "/configuracoes/categorias",
    "service-accounts": "/configuracoes/contas-de-servico",
    "service-account": `/configuracoes/contas-de-servico/${account.id}`,
    audit: "/configuracoes/auditoria",
    companies: "/empresas",
    company: `/empresas/${company.id}`,
    jobs: "/tarefas",
    job: "/tarefas/device-settle-presence",
    run: `/tarefas/device-settle-presence/${run.runId}`,
    exports: "/configuracoes/exportacoes",
    "sign-in": "/entrar",
    "set-up-done": "/setup",
    invite: invite.url,
    "password-reset": reset.url,
    "dead-link": "/convite",
    "audit-filtered": "/configuracoes/auditoria?action=company.&from=2026-01-01&to=2199-12-31",
    "not-found": "/chamados/999999",
  };
  await context.storageState({ path: join(product.directory, "session.json") });
  await context.close();
});

test.afterAll(async () => {
  await product.remove();
});

test("every route of the panel is among the pages", () => {
  const tree = readFileSync(join(import.meta.dirname, "../src/app/route-tree.gen.ts"), "utf8");
  const [, list] = /^ {2}fullPaths:$([^:]+)^ {2}fileRoutesByTo:/m.exec(tree) ?? [];
  const routes = [...(list ?? "").matchAll(/'(.+)'/g)].map(([, path]) => path?.replace(/(.)\/$/, "$1") ?? "");
  expect(routes).toContain("/chamados/$id");
  const shown = Object.values(pages).map((address) => new URL(address, product.url).pathname);
  const missing = routes.filter((route) => {
    const address = new RegExp(`^${route.replace(/\$\w+/g, "[^/]+")}$`);
    return !REDIRECTS.includes(route) && !shown.some((each) => address.test(each));
  });
  expect(missing).toEqual([]);
});

for (const locale of LOCALES) {
  for (const theme of THEMES) {
    for (const width of WIDTHS) {
      test(`every page, ${locale}, ${theme}, ${width} px`, async ({ browser }, info) => {
        const context = await browser.newContext({
          baseURL: product.url,
          storageState: join(product.directory, "session.json"),
          locale,
          colorScheme: theme,
          reducedMotion: "reduce",
          viewport: { width, height: 800 },
        });
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on("pageerror", (error) => complaints.push(String(error)));
        page.on("console", (message) => {
          // The browser reports the 404 that the not-found page is about, and the 401 of dead links.
          if (message.type() === "error" && !/ 40[14] /.test(message.text())) complaints.push(message.text());
        });
        for (const [name, address] of Object.entries(pages)) {
          await page.goto(address);
          await expect(page.getByRole("heading").first(), name).toBeVisible();
          await expect(page.getByTestId("skeleton"), name).toHaveCount(0);
          const path = info.outputPath(`${name}.png`);
          await page.screenshot({ path, fullPage: true });
          const overflow = await page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            return scrollWidth - clientWidth;
          });
          expect(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
          expect(await seriousFindings(page), name).toEqual([]);
        }
        expect(complaints).toEqual([]);
        await context.close();
      });
    }
  }
}
