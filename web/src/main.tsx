import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { startI18n } from "@/lib/i18n";
import { startTheme } from "@/lib/theme";
import "@/app/styles.css";

startTheme();
await startI18n();

// A page to look at components, which production builds do not have.
const isGallery = import.meta.env.DEV && location.pathname === "/dev/components";
const Page = isGallery ? (await import("@/dev/components-page")).ComponentsPage : App;

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
