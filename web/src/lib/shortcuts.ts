import { type Hotkeys, useHotkeys } from "./hotkeys";

/** Where keys work: the groups of the sheet. */
const places = ["everywhere", "lists", "ticket", "writing"] as const;

/** One thing that a key does. */
interface Shortcut {
  /** As `useHotkeys` names it; keys held together are joined by "+", `mod` is Ctrl, or ⌘ on a Mac. */
  key: string;
  where: (typeof places)[number];
}

/**
 * Every key the panel listens to. The bindings, the tooltips and the `?` sheet are made from these; their words are
 * `shortcuts.*` of the `shell` words.
 */
export const shortcuts = {
  palette: { key: "mod+k", where: "everywhere" },
  newTicket: { key: "c", where: "everywhere" },
  sheet: { key: "?", where: "everywhere" },
  undo: { key: "z", where: "everywhere" },
  close: { key: "Escape", where: "everywhere" },
  next: { key: "j", where: "lists" },
  previous: { key: "k", where: "lists" },
  open: { key: "Enter", where: "lists" },
  select: { key: "x", where: "lists" },
  search: { key: "/", where: "lists" },
  playPause: { key: "p", where: "ticket" },
  resolve: { key: "e", where: "ticket" },
  assign: { key: "a", where: "ticket" },
  reply: { key: "r", where: "ticket" },
  note: { key: "n", where: "ticket" },
  chat: { key: "l", where: "ticket" },
  back: { key: "u", where: "ticket" },
  send: { key: "mod+Enter", where: "writing" },
  bold: { key: "mod+b", where: "writing" },
  italic: { key: "mod+i", where: "writing" },
  link: { key: "mod+k", where: "writing" },
  bulletList: { key: "mod+Shift+8", where: "writing" },
  orderedList: { key: "mod+Shift+7", where: "writing" },
  blockquote: { key: "mod+Shift+b", where: "writing" },
  code: { key: "mod+e", where: "writing" },
  codeBlock: { key: "mod+Alt+c", where: "writing" },
  sendChat: { key: "Enter", where: "writing" },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof shortcuts;

/** Listens to some of the shortcuts while the component is shown, as `useHotkeys` does. */
export function useShortcuts(actions: Partial<Record<ShortcutId, () => void>>, enabled = true): void {
  const keys: Hotkeys = {};
  for (const [id, action] of Object.entries(actions)) keys[shortcuts[id as ShortcutId].key] = action;
  useHotkeys(keys, enabled);
}

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");
const printed: Record<string, string> = { mod: isMac ? "⌘" : "Ctrl", Escape: "Esc" };

/** The keys of a shortcut, as they are printed on them. */
export function keysOf(id: ShortcutId): string[] {
  return shortcuts[id].key.split("+").map((key) => printed[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

/** The same for assistive technology, as `aria-keyshortcuts` has it. */
export function ariaKeys(id: ShortcutId): string {
  const names: Record<string, string> = { mod: isMac ? "Meta" : "Control" };
  return shortcuts[id].key.split("+").map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key)).join("+");
}

/** The shortcuts in groups, in the order of the sheet. */
export function shortcutGroups(): [where: Shortcut["where"], ids: ShortcutId[]][] {
  const ids = Object.keys(shortcuts) as ShortcutId[];
  return places.map((where) => [where, ids.filter((id) => shortcuts[id].where === where)]);
}
