import { expect, test } from "@playwright/test";
import { createServer, type ViteDevServer } from "vite";
import { seriousFindings } from "./steps";

let server: ViteDevServer;

test.beforeAll(async () => {
  const root = new URL("..", import.meta.url).pathname;
  server = await createServer({ root, server: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
  await server.listen();
});

test.afterAll(async () => {
  await server.close();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [360, 1440]) {
    test(`every component in every state, ${colorScheme}, ${width} px`, async ({ page }, info) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 3200 });
      await page.goto(`${server.resolvedUrls?.local[0]}dev/components`);
      await expect(page.getByRole("heading", { name: "Components" })).toBeVisible({ timeout: 60_000 });
      await page.screenshot({ path: info.outputPath("components.png") });
      expect(await seriousFindings(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);

      for (const [button, role] of [["Dialog", "dialog"], ["Confirmation", "alertdialog"], ["Menu", "menu"]] as const) {
        await page.getByRole("button", { name: button, exact: true }).click();
        await expect(page.getByRole(role).or(page.getByRole("dialog")).first()).toBeVisible();
        await page.screenshot({ path: info.outputPath(`${button}.png`) });
        expect(await seriousFindings(page), button).toEqual([]);
        await page.keyboard.press("Escape");
        await expect(page.getByRole(role)).toHaveCount(0);
      }
      await page.getByRole("button", { name: "Toast" }).click();
      await page.getByRole("button", { name: "Failure" }).click();
      await expect(page.getByTestId("toast")).toHaveCount(2);
      await page.screenshot({ path: info.outputPath("toasts.png") });
      expect(await seriousFindings(page), "toasts").toEqual([]);
    });
  }
}
