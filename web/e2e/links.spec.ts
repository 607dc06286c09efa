import { hostname } from "node:os";
import { type Page, expect, test } from "@playwright/test";
import { Agent, Product } from "./product";
import { post, signedIn } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("a person is linked to a device by e-mail, and unlinked", async ({ page }) => {
  await signedIn(page, product);
  const sun = await company(page, "Padaria Sol", "sol");
  const sea = await company(page, "Padaria Mar", "mar");
  await person(page, "Caio Lima", "caio@example.com", sun.id);
  await person(page, "Duda Reis", "duda@example.com", sea.id);
  await new Agent(product).enroll(sun.provisioningCode, "bia@example.com");
  await page.goto(`${product.url}/dispositivos`);
  await page.getByTestId("device-row").click();
  const people = page.getByRole("region", { name: "Pessoas" });

  await test.step("who is not there, or of another company, is refused in words", async () => {
    await page.getByRole("button", { name: "Vincular pessoa" }).click();
    await link(page, "ninguem@example.com");
    await expect(page.getByRole("alert")).toHaveText(/Ninguém tem este e-mail/);
    await link(page, "duda@example.com");
    await expect(page.getByRole("alert")).toHaveText("Esta pessoa é de outra empresa.");
    await link(page, "bia@example.com");
    await expect(page.getByRole("alert")).toHaveText(/já é o usuário principal/);
  });

  await test.step("somebody of the company is linked, whatever the case of the address", async () => {
    await link(page, "CAIO@example.com");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(people.getByTestId("linked-person")).toContainText(["Caio Lima"]);
    const told = page.getByTestId("device-timeline-entry").first();
    await expect(told).toHaveAttribute("data-type", "user_linked");
    await expect(told).toContainText("Ana Souza vinculou Caio Lima.");
  });

  await test.step("the name leads to the person, and from there back to the device", async () => {
    const device = page.url();
    await people.getByRole("link", { name: "Caio Lima" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Caio Lima");
    await page.getByRole("main").getByRole("link", { name: hostname() }).click();
    await expect(page).toHaveURL(device);
  });

  await test.step("unlinking asks first", async () => {
    await people.getByRole("button", { name: "Desvincular Caio Lima" }).click();
    const dialog = page.getByRole("dialog", { name: /^Desvincular Caio Lima de / });
    await dialog.getByRole("button", { name: "Cancelar" }).click();
    await expect(people.getByTestId("linked-person")).toHaveCount(1);
    await people.getByRole("button", { name: "Desvincular Caio Lima" }).click();
    await dialog.getByRole("button", { name: "Desvincular", exact: true }).click();
    await expect(people.getByTestId("linked-person")).toHaveCount(0);
    await expect(page.getByTestId("device-timeline-entry").first()).toHaveAttribute("data-type", "user_unlinked");
  });
});

function company(page: Page, name: string, nickname: string): Promise<{ id: string; provisioningCode: string }> {
  return post(page, product, "admin/companies", { name, nickname });
}

function person(page: Page, name: string, email: string, companyId: string): Promise<unknown> {
  return post(page, product, "admin/users", { name, email, role: "collaborator", companyId });
}

/** Answers the dialog that asks whom to link. */
async function link(page: Page, email: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: /^Vincular pessoa a / });
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByRole("button", { name: "Vincular", exact: true }).click();
}
