import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden data-testid="skeleton" className={cn("block animate-breathe rounded-sm bg-active", className)} />;
}

/** The shape of a list while it is on its way. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-10 items-center gap-3 border-b border-line px-4">
          <Skeleton className="h-4 w-20" />
          <Skeleton className={cn("h-4", ["w-2/5", "w-1/3", "w-1/2"][row % 3])} />
          <Skeleton className="ml-auto h-4 w-16" />
        </div>
      ))}
    </div>
  );
}

/** The shape of a page of facts while it is on its way. */
export function SkeletonPage() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-6">
      <Skeleton className="h-7 w-2/3" />
      <Skeleton className="h-4 w-1/3" />
      <Skeleton className="mt-4 h-28 w-full" />
      <Skeleton className="h-20 w-full" />
    </div>
  );
}
