import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode } from "react";

/** What a row needs to stand in a virtual list; spread it into its `DataRow`. */
export interface RowPlace {
  ref: (row: HTMLLIElement | null) => void;
  "data-index": number;
  "aria-posinset": number;
  "aria-setsize": number;
}

interface VirtualListProps<T> {
  label: string;
  items: readonly T[];
  /** How many there are, also those that were not fetched yet. */
  total: number;
  /** What scrolls, once it is there: held as state, because a list that comes together with it is to hear of it. */
  scroller: HTMLElement | null;
  children: (item: T, place: RowPlace) => ReactNode;
}

/** Rows of which only those near the eyes are in the page, so that a long list is as quick as a short one. */
export function VirtualList<T extends { id: string }>({ label, items, total, scroller, children }: VirtualListProps<T>) {
  // Nothing here is memoised, so what it returns is never stale.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => 40,
    // Enough for the arrow keys to find the next row before it is scrolled to.
    overscan: 12,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  const rows = virtual.getVirtualItems();
  const [first, last] = [rows[0], rows.at(-1)];
  return (
    <ul
      aria-label={label}
      className="divide-y divide-line"
      style={{ paddingTop: first?.start ?? 0, paddingBottom: last ? virtual.getTotalSize() - last.end : 0 }}
    >
      {rows.map(({ index }) => {
        const item = items[index];
        if (!item) return null;
        return (
          <Row key={item.id} item={item} index={index} total={total} measure={virtual.measureElement}>
            {children}
          </Row>
        );
      })}
    </ul>
  );
}

interface RowProps<T> {
  item: T;
  index: number;
  total: number;
  measure: RowPlace["ref"];
  children: (item: T, place: RowPlace) => ReactNode;
}

/** Made once as long as it stays in the page: scrolling makes those that come, and no other. */
const Row = memo(function Row({ item, index, total, measure, children }: RowProps<unknown>) {
  return children(item, { ref: measure, "data-index": index, "aria-posinset": index + 1, "aria-setsize": total });
}) as <T>(props: RowProps<T>) => ReactNode;
