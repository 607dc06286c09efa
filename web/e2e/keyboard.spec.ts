import { type Locator, type Page, expect, test } from "@playwright/test";
import { Product } from "./product";
import { ADMIN, deviceOpened, post } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("a day's work is done without a mouse", async ({ page }) => {
  // What fades in would look as before at first.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await deviceOpened(page, product);
  for (const subject of ["A impressora não imprime", "Sem internet"]) await post(page, product, "tickets", { subject });
  const out = await page.request.post(`${product.url}/api/auth/sign-out`, { headers: { origin: product.url } });
  expect(out.ok()).toBe(true);

  await test.step("sign in", async () => {
    await page.goto(product.url);
    await type(page, page.getByLabel("E-mail"), ADMIN.email);
    await page.keyboard.press("Tab");
    await type(page, page.getByLabel("Senha"), ADMIN.password);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`${product.url}/chamados`);
    await expect(page.getByTestId("ticket-row")).toHaveCount(2);
  });

  await test.step("find a ticket by its number", async () => {
    await page.keyboard.press("Control+k");
    await type(page, page.getByPlaceholder(/Chamado, dispositivo/), "#2");
    await expect(page.getByRole("option", { name: /Sem internet/ })).toHaveAttribute("data-selected", "true");
    await page.keyboard.press("Escape");
  });

  await test.step("find a ticket by the palette", async () => {
    await page.keyboard.press("Control+k");
    const field = page.getByPlaceholder(/Chamado, dispositivo/);
    await type(page, field, "impressora");
    await expect(page.getByRole("option", { name: /A impressora não imprime/ })).toHaveAttribute("data-selected", "true");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "A impressora não imprime" })).toBeVisible();
  });

  await test.step("take it", async () => {
    await page.keyboard.press("a");
    await page.keyboard.type("Ana");
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("toast").last()).toContainText("Atribuído a Ana Souza");
    await focusIsSeen(page);
  });

  await test.step("start work", async () => {
    await page.keyboard.press("p");
    await expect(status(page)).toHaveAttribute("data-status", "in_progress");
  });

  await test.step("answer, then note", async () => {
    await page.keyboard.press("r");
    await type(page, page.getByRole("textbox", { name: /Escreva uma resposta/ }), "Troquei o cabo.");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByTestId("comment")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await away(page);
    await page.keyboard.press("n");
    await type(page, page.getByRole("textbox", { name: /Escreva uma nota/ }), "O cabo era velho.");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByTestId("comment")).toHaveCount(2);
    await expect(page.getByTestId("comment").last()).toHaveAttribute("data-visibility", "internal");
    await away(page);
  });

  await test.step("leave the dialogs by Escape, with the focus back", async () => {
    for (const [key, name] of [["p", /Pausar/], ["e", /Encerrar/]] as const) {
      const button = page.getByRole("banner").or(page.locator("main")).getByRole("button", { name }).first();
      await button.focus();
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog")).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await expect(button).toBeFocused();
      await focusIsSeen(page);
    }
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Atalhos de teclado" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  await test.step("resolve it, and think better of it", async () => {
    await page.keyboard.press("e");
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("textbox")).toBeFocused();
    await page.keyboard.type("Resolvido com um cabo novo.");
    await page.keyboard.press("Control+Enter");
    await expect(status(page)).toHaveAttribute("data-status", "resolved");
    await expect(page.getByTestId("toast").getByRole("button", { name: "Desfazer" }).last()).toBeVisible();
    await page.keyboard.press("z");
    await expect(status(page)).toHaveAttribute("data-status", "pending");
    await expect(page.getByTestId("comment")).toHaveCount(3);
  });

  await test.step("back to the list, change a filter, open a row", async () => {
    await page.keyboard.press("u");
    await expect(page).toHaveURL(/\/chamados/);
    await page.keyboard.press("/");
    await type(page, page.getByRole("searchbox"), "internet");
    await expect(page.getByTestId("ticket-row")).toHaveText([/Sem internet/]);
    await tabTo(page, page.getByTestId("ticket-row"));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Sem internet" })).toBeVisible();
  });

  await test.step("open a device", async () => {
    await tabTo(page, page.getByRole("link", { name: "Dispositivos" }));
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("device-row")).toBeVisible();
    await page.keyboard.press("j");
    await focusIsSeen(page);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/dispositivos\/.+/);
  });
});

/** Types into what has the focus, which is `field`. */
async function type(page: Page, field: Locator, text: string): Promise<void> {
  await expect(field).toBeFocused();
  await page.keyboard.type(text);
}

/** Presses Tab until `target` has the focus, which is to be seen at every stop. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < 80; stops += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
    await focusIsSeen(page);
  }
  await expect(target, "reached by Tab").toBeFocused();
}

/** Out of the text that is written in, where letters are letters. */
async function away(page: Page): Promise<void> {
  await page.keyboard.press("Shift+Tab");
}

/** What has the focus looks different from when it has not: it, or what is around it, has an outline, ring or border of its own. */
async function focusIsSeen(page: Page): Promise<void> {
  const unseen = await page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || focused === document.body) return null;
    const look = () => {
      const looks: string[] = [];
      for (let each: Element | null = focused, up = 0; each && up < 4; each = each.parentElement, up += 1) {
        const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } = getComputedStyle(each);
        looks.push([outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor].join());
      }
      return looks.join(";");
    };
    const seen = look();
    focused.blur();
    const without = look();
    focused.focus({ preventScroll: true, focusVisible: true } as FocusOptions);
    return seen === without ? focused.outerHTML.slice(0, 200) : null;
  });
  expect(unseen, "the focus is not to be seen").toBeNull();
}

function status(page: Page): Locator {
  return page.getByTestId("status-badge").first();
}
