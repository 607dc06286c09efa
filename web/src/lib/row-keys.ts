import type { RefObject } from "react";
import { useHotkeys } from "./hotkeys";

/**
 * j and k walk over the links marked `data-row` below `list` (Enter then follows the link by
 * itself), / goes to the search field.
 */
export function useRowKeys(list: RefObject<HTMLElement | null>, search: RefObject<HTMLInputElement | null>): void {
  const step = (by: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = at === -1 ? rows[0] : rows[at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useHotkeys({
    j: () => step(1),
    k: () => step(-1),
    "/": () => search.current?.select(),
  });
}
