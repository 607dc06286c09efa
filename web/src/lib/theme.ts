import { useSyncExternalStore } from "react";
import type { Theme } from "@/api/types";
import { storage } from "./storage";

const listeners = new Set<() => void>();

function read(): Theme {
  const stored = storage.get("theme");
  return stored === "light" || stored === "dark" ? stored : "system";
}

let current = read();

function apply(): void {
  if (current === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = current;
}

/** Shows the remembered theme; call before the first paint. */
export const startTheme = apply;

/** Changes the theme here and remembers it in this browser. */
export function setTheme(theme: Theme): void {
  current = theme;
  storage.set("theme", theme === "system" ? null : theme);
  apply();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
