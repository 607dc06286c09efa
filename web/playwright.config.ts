import { defineConfig } from "@playwright/test";

/** The browser tests: one real product each, started by the test itself. */
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // Two cores, and each test runs a server and an agent beside its browser.
  workers: 1,
  // What passes only when it is tried again is printed as flaky.
  retries: process.env["CI"] ? 1 : 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    locale: "pt-BR",
    timezoneId: "America/Sao_Paulo",
    viewport: { width: 1440, height: 900 },
    actionTimeout: 10_000,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHAMADOS_TEST_CHROMIUM"],
      chromiumSandbox: false,
      args: [
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
      ],
    },
  },
});
