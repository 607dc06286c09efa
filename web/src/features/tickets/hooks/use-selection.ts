import { useRef, useState } from "react";
import { toggle } from "../model/selection";

/** Which rows of a list are selected. What is no longer in it is selected no more. */
export function useSelection(rows: readonly string[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  const selected = rows.filter((id) => chosen.has(id));
  return {
    selected,
    /** Takes or drops a row, with `range` all from the one pressed before. */
    press: (id: string, range: boolean) => {
      setChosen(toggle(new Set(selected), rows, id, range ? last.current : undefined));
      last.current = id;
    },
    set: (ids: readonly string[]) => setChosen(new Set(ids)),
  };
}
