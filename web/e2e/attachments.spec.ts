import { readFile } from "node:fs/promises";
import { type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { post, signedIn } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

/** One transparent point. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

test("files go with a comment, and come back as they were", async ({ page }) => {
  await signedIn(page, product);
  await openTicket(page);
  const composer = page.getByRole("region", { name: "Escrever" });
  const send = composer.getByRole("button", { name: "Responder" });

  await test.step("chosen ones are sent at once, and one too many is taken out again", async () => {
    await page.getByTestId("file-input").setInputFiles([
      { name: "tela.png", mimeType: "image/png", buffer: PNG },
      { name: "página.html", mimeType: "text/html", buffer: Buffer.from("<script>alert(1)</script>") },
      { name: "errado.txt", mimeType: "text/plain", buffer: Buffer.from("x") },
    ]);
    await expect(page.getByTestId("upload")).toHaveCount(3);
    for (const upload of await page.getByTestId("upload").all()) {
      await expect(upload).toHaveAttribute("data-state", "stored");
    }
    await composer.getByRole("button", { name: "Remover errado.txt" }).click();
    await expect(page.getByTestId("upload")).toHaveCount(2);
  });

  await test.step("what is too large says so, and holds the comment back until it is gone", async () => {
    const buffer = Buffer.alloc(26 * 1024 * 1024);
    await page.getByTestId("file-input").setInputFiles([{ name: "grande.iso", mimeType: "", buffer }]);
    const upload = page.getByTestId("upload").filter({ hasText: "grande.iso" });
    await expect(upload).toHaveAttribute("data-state", "failed", { timeout: 30_000 });
    await expect(upload.getByRole("alert")).toHaveText("O arquivo é maior do que o permitido aqui.");
    await expect(send).toBeDisabled();
    await upload.getByRole("button", { name: "Remover grande.iso" }).click();
  });

  await test.step("without a word they are a comment too", async () => {
    await send.click();
    await expect(page.getByTestId("upload")).toHaveCount(0);
    const comment = page.getByTestId("comment");
    await expect(comment.getByTestId("attachment")).toHaveCount(2);
    const picture = comment.getByRole("link", { name: "Abrir tela.png em outra aba" }).locator("img");
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      comment.getByRole("link", { name: "Baixar página.html" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("página.html");
    expect((await readFile(await download.path())).toString()).toBe("<script>alert(1)</script>");
  });

  await test.step("dropped ones count as chosen", async () => {
    const transfer = await page.evaluateHandle(() => {
      const files = new DataTransfer();
      files.items.add(new File(["solto"], "solto.txt", { type: "text/plain" }));
      return files;
    });
    for (const event of ["dragenter", "dragover", "drop"]) {
      await composer.locator("[data-visibility]").dispatchEvent(event, { dataTransfer: transfer });
    }
    await expect(page.getByTestId("upload")).toHaveAttribute("data-state", "stored");
  });
});

test("a new ticket brings files", async ({ page }) => {
  await signedIn(page, product);
  await page.goto(`${product.url}/chamados/novo`);
  await page.getByLabel("Assunto").fill("Impressora sem toner");
  await page.getByTestId("file-input").setInputFiles([{ name: "foto.png", mimeType: "image/png", buffer: PNG }]);
  await expect(page.getByTestId("upload")).toHaveAttribute("data-state", "stored");
  await page.getByRole("button", { name: "Abrir chamado" }).click();
  await expect(page.getByRole("link", { name: "Abrir foto.png em outra aba" })).toBeVisible();
});

async function openTicket(page: Page): Promise<void> {
  const me = await page.request.get(`${product.url}/api/me`);
  const { user } = (await me.json()) as { user: { id: string } };
  const { id } = await post<{ id: string }>(page, product, "tickets", { subject: "Sem rede" });
  await post(page, product, `tickets/${id}/assign`, { assigneeId: user.id });
  await page.goto(`${product.url}/chamados/${id}`);
  await page.getByRole("textbox", { name: /Escreva uma resposta/ }).waitFor();
}
