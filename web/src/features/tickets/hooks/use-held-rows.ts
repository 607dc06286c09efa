import { useState } from "react";
import type { Ticket } from "@/api/types";
import { holdBack } from "../model/held";

/** Holds back rows that came after the list was opened, until the reader asks for them. */
export function useHeldRows(rows: readonly Ticket[], listKey: string, settled: boolean) {
  const [mark, setMark] = useState<{ key: string; order: readonly string[] }>();
  const ids = rows.map((row) => row.id);
  // Another list, or the first answer of this one: all of it is what the reader came for.
  if (settled && mark?.key !== listKey) setMark({ key: listKey, order: ids });
  const parts = holdBack(rows, mark?.key === listKey ? mark.order : ids);
  // The next page was asked for, so it is seen from now on.
  if (settled && mark?.key === listKey && parts.grown) setMark({ key: listKey, order: parts.shown.map((row) => row.id) });
  return { ...parts, release: () => setMark({ key: listKey, order: ids }) };
}
