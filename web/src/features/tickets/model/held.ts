import type { Ticket } from "@/api/types";

type Numbered = Pick<Ticket, "number">;

/** The newest ticket of a list; 0 for an empty one. */
export function newest(rows: readonly Numbered[]): number {
  return rows.reduce((max, row) => Math.max(max, row.number), 0);
}

/**
 * Parts rows into those shown and those that came since the reader last looked, which wait behind a
 * button so that nothing jumps. When there would be nothing else to show, nothing waits.
 */
export function holdBack<T extends Numbered>(rows: readonly T[], seen: number): { shown: readonly T[]; held: readonly T[] } {
  const shown = rows.filter((row) => row.number <= seen);
  if (shown.length === 0) return { shown: rows, held: [] };
  return { shown, held: rows.filter((row) => row.number > seen) };
}
