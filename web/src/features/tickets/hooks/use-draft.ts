import { useState } from "react";
import { storage } from "@/lib/storage";

/** What is being written under `key`; survives leaving the page and reloading it. */
export function useDraft(key: string): [text: string, setText: (text: string) => void] {
  const name = `draft.${key}`;
  const [text, setText] = useState(() => storage.get(name) ?? "");
  const write = (next: string) => {
    setText(next);
    storage.set(name, next === "" ? null : next);
  };
  return [text, write];
}
