import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Button } from "./button";
import type { RowPlace } from "./virtual-list";

/** Rows under each other, one link or fact each. */
export function DataList({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <ul aria-label={label} className={cn("divide-y divide-line", className)}>
      {children}
    </ul>
  );
}

/** The look of the link that makes all of a `DataRow` a target and shows its focus around the row. */
export const rowLinkClass =
  "min-w-0 truncate rounded-sm outline-offset-0 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent";

interface DataRowProps {
  children: ReactNode;
  /** Lights up for a moment: something in it has just changed. */
  flash?: boolean;
  onFlashEnd?: () => void;
  className?: string;
  /** Where it is in a virtual list. */
  place?: RowPlace;
}

/** One line of 40 px; put a link with `after:absolute after:inset-0` in it to make all of it a target. */
export function DataRow({ children, flash, onFlashEnd, className, place }: DataRowProps) {
  return (
    <li
      {...place}
      onAnimationEnd={onFlashEnd}
      className={cn(
        "relative flex min-h-10 items-center gap-3 px-4 text-sm hover:bg-hover md:px-5",
        flash && "animate-flash",
        className,
      )}
    >
      {children}
    </li>
  );
}

interface LoadMoreProps {
  shown: number;
  total: number;
  hasMore: boolean;
  busy: boolean;
  onMore: () => void;
}

/** The end of a keyset-paged list: how much of it is here, and the rest on demand. */
export function LoadMore({ shown, total, hasMore, busy, onMore }: LoadMoreProps) {
  const { t } = useTranslation();
  return (
    <div className="flex items-center justify-center gap-3 px-4 py-4 text-xs text-ink-3 tabular-nums">
      {t("shownOf", { shown, total, count: total })}
      {hasMore && (
        <Button size="sm" busy={busy} onClick={onMore}>
          {t("loadMore")}
        </Button>
      )}
    </div>
  );
}
