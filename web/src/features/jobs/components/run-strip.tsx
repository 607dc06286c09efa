import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { formatDateTime } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { STRIP, stripQuery } from "../api/jobs";
import { type BarLook, barsOf, countsOf } from "../model/strip";

const looks: Record<BarLook, string> = {
  done: "h-3 bg-online",
  failed: "h-5 bg-danger",
  skipped: "h-1.5 bg-edge",
  running: "h-3 animate-breathe bg-progress-ink",
  none: "h-1.5 bg-line",
};

/** The newest runs as bars, the newest at the right; a failed one stands out by its height too. */
export function RunStrip({ jobKey, className }: { jobKey: string; className?: string }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  const strip = useQuery(stripQuery(jobKey));
  const runs = strip.data ?? [];
  const { total, succeeded, failed } = countsOf(runs);
  return (
    <span
      role="img"
      aria-label={total === 0 ? t("strip.none") : t("strip.label", { count: total, succeeded, failed })}
      data-testid="run-strip"
      className={cn("relative z-[1] flex h-5 items-end gap-0.5", className)}
    >
      {barsOf(runs, STRIP).map(({ key, run, look }) => (
        <span
          key={key}
          className={cn("w-1 rounded-[1px]", looks[look])}
          title={run && `${t(`run.state.${run.state}`)} · ${formatDateTime(run.dueAt, locale)}`}
        />
      ))}
    </span>
  );
}
