import { useEffect, useRef } from "react";

/** Keys to actions. A key is one printed character, a name ("Enter"), or "mod+k" (Ctrl, ⌘ on a Mac). */
export type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

/** True when the key belongs to what has the focus: somebody is typing, or a menu or dialog is open. */
export function isTaken(event: KeyboardEvent): boolean {
  if (document.querySelector("[role=dialog],[role=alertdialog],[role=menu]")) return true;
  return isTyping(event.target);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** The name under which a key press is looked up. */
export function keyName(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
}

/** Listens while the component is shown. Plain keys rest while somebody types or a dialog is open. */
export function useHotkeys(keys: Hotkeys, enabled = true): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      const name = keyName(event);
      const action = latest.current[name];
      if (!action || (!name.startsWith("mod+") && isTaken(event))) return;
      // Enter and space on something focused press that thing.
      if (name === "Enter" && event.target instanceof HTMLElement && event.target.closest("a,button")) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [enabled]);
}
