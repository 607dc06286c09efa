import type { RefObject } from "react";
import { useShortcuts } from "./shortcuts";

/**
 * The shortcuts of lists: they walk over the links marked `data-row` below `list` (Enter then follows the
 * link by itself), and go to the search field.
 */
export function useRowKeys(list: RefObject<HTMLElement | null>, search: RefObject<HTMLInputElement | null>): void {
  const step = (by: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = at === -1 ? rows[0] : rows[at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts({
    next: () => step(1),
    previous: () => step(-1),
    search: () => search.current?.select(),
  });
}
