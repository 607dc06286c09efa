import { useState } from "react";
import type { Ticket } from "@/api/types";
import { holdBack, newest } from "../model/held";

/** Holds back rows that came after the list was opened, until the reader asks for them. */
export function useHeldRows(rows: readonly Ticket[], listKey: string, settled: boolean) {
  const [mark, setMark] = useState<{ key: string; seen: number }>();
  const seen = newest(rows);
  // Another list, or the first answer of this one: all of it is what the reader came for.
  if (settled && mark?.key !== listKey) setMark({ key: listKey, seen });
  const current = mark?.key === listKey ? mark.seen : seen;
  return { ...holdBack(rows, current), release: () => setMark({ key: listKey, seen }) };
}
