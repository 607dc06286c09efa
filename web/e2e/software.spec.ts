import { expect, test } from "@playwright/test";
import { Product } from "./product";
import { deviceOpened, seriousFindings } from "./steps";

let product: Product;

test.beforeEach(async () => {
  product = await Product.start();
});

test.afterEach(async () => {
  await product.remove();
});

test("what is installed on a computer is found by its name", async ({ page }, info) => {
  const agent = await deviceOpened(page, product);
  const section = page.getByRole("region", { name: "Programas" });
  const programs = section.getByTestId("program");

  await test.step("until the agent has told it, that is said", async () => {
    await expect(section).toContainText("O agente ainda não informou o que está instalado.");
  });

  await test.step("the list comes without a reload, page by page", async () => {
    agent.run();
    await expect(programs).toHaveCount(25);
    await section.getByRole("button", { name: /mais/i }).click();
    await expect(programs).toHaveCount(50);
  });

  await test.step("a part of a name finds it, and nothing is said where nothing is", async () => {
    const search = section.getByRole("searchbox", { name: "Buscar programas" });
    await search.fill("DPKG");
    await expect(programs.filter({ hasText: /^dpkg/ }).first()).toBeVisible();
    await expect(programs.filter({ hasText: "bash" })).toHaveCount(0);
    await search.fill("não há tal programa");
    await expect(section).toContainText("Nenhum programa tem isso no nome.");
    await search.fill("lib");
    await expect(programs).toHaveCount(25);
  });

  for (const width of [360, 1440]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await section.scrollIntoViewIfNeeded();
      await section.screenshot({ path: info.outputPath(`software-${width}-${colorScheme}.png`) });
      expect(await seriousFindings(page)).toEqual([]);
    }
  }
});
