import type { Ticket } from "@/api/types";

type Row = Pick<Ticket, "id">;

/** Rows as they are shown, and those that wait. */
export interface Held<T extends Row> {
  shown: readonly T[];
  held: readonly T[];
  /** Whether rows followed that were not seen before. */
  grown: boolean;
}

/**
 * Keeps a list still under the reader's eyes. Rows they have seen stay in the `order` they saw them in, whatever
 * the server would sort them by now; what comes between or before those waits behind a button; what
 * comes after them, the next page, follows. When there would be nothing to show, nothing waits.
 */
export function holdBack<T extends Row>(rows: readonly T[], order: readonly string[]): Held<T> {
  const seen = new Set(order);
  const last = rows.findLastIndex((row) => seen.has(row.id));
  if (last === -1) return { shown: rows, held: [], grown: rows.length > 0 };
  const now = new Map(rows.map((row) => [row.id, row]));
  const still = order.flatMap((id) => now.get(id) ?? []);
  return {
    shown: [...still, ...rows.slice(last + 1)],
    grown: last + 1 < rows.length,
    held: rows.slice(0, last).filter((row) => !seen.has(row.id)),
  };
}
