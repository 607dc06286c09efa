import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { developmentOnly } from "./build/development-only.ts";
import { entryBudget } from "./build/entry-budget.ts";

/** Where the gateway listens while `npm run dev` serves the panel. */
const server = process.env.CHAMADOS_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    tanstackRouter({ target: "react", autoCodeSplitting: true, generatedRouteTree: "src/app/route-tree.gen.ts" }),
    react(),
    tailwindcss(),
    entryBudget(200_000),
    developmentOnly("/src/dev/"),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // The oldest browsers with `light-dark()`, on which the tokens rest.
    target: ["chrome123", "edge123", "firefox120", "safari17.5"],
    // Nothing inline: the content security policy allows the panel's own files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The editor is the largest, and is fetched by itself.
    chunkSizeWarningLimit: 450,
  },
  server: {
    proxy: { "/api": { target: server, changeOrigin: true, headers: { origin: server } } },
  },
  test: {
    environment: "happy-dom",
    include: ["{src,build,bench}/**/*.test.{ts,tsx}"],
    env: { TZ: "America/Sao_Paulo" },
  },
});
