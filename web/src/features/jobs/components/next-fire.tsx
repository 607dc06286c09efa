import { ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/api/types";
import { Badge } from "@/components/badge";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/popover";
import { formatRelative } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useNow } from "@/lib/use-now";
import { NextTimes } from "./next-times";

/** When a job fires next; pressed, the next five times. Paused jobs say so. */
export function NextFire({ job }: { job: Job }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  const now = useNow();
  if (job.state === "paused" || !job.nextFireAt) {
    return (
      <Badge tone="paused" title={job.stateReason || undefined}>
        {t("state.paused")}
      </Badge>
    );
  }
  const next = formatRelative(job.nextFireAt, now, locale);
  return (
    <Popover>
      <PopoverTrigger
        aria-label={t("next.label", { next })}
        className="-mx-1.5 inline-flex h-7 items-center gap-1 rounded-md px-1.5 text-xs text-ink-2 tabular-nums hover:bg-active"
      >
        {next}
        <ChevronDown className="size-3 text-ink-3" aria-hidden />
      </PopoverTrigger>
      <PopoverContent aria-label={t("next.caption")} className="px-3 py-2">
        <NextTimes job={job} />
      </PopoverContent>
    </Popover>
  );
}
