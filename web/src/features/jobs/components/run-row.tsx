import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Run } from "@/api/types";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { formatDateTime, formatExact } from "@/lib/time";
import { useFlash } from "@/lib/use-flash";
import { useLocale } from "@/lib/use-locale";
import { useSaid } from "../hooks/use-said";
import { RunBadge } from "./run-badge";
import { RunDuration } from "./run-duration";

/** A run as one line; two on a phone. All of it leads to the run. */
export const RunRow = memo(function RunRow({ run }: { run: Run }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  const summary = useSaid()(run.summary);
  const [flash, endFlash] = useFlash(`${run.state} ${run.attempt}`);
  return (
    <DataRow
      flash={flash}
      onFlashEnd={endFlash}
      className="flex-wrap gap-x-3 gap-y-0.5 px-3 py-2 md:h-10 md:flex-nowrap md:px-3 md:py-0"
    >
      <span className="shrink-0 md:w-28">
        <RunBadge state={run.state} />
      </span>
      <Link
        to="/tarefas/$key/$runId"
        params={{ key: run.jobKey, runId: run.id }}
        data-testid="run-row"
        className={`${rowLinkClass} shrink-0 tabular-nums`}
      >
        <time dateTime={run.dueAt} title={formatExact(run.dueAt, locale)}>
          {formatDateTime(run.dueAt, locale)}
        </time>
      </Link>
      <RunDuration run={run} className="ml-auto shrink-0 text-xs text-ink-3 tabular-nums md:order-last md:w-16 md:text-right" />
      {/* Ends the phone's first line. */}
      <span className="h-0 basis-full md:hidden" />
      <span className="shrink-0 text-xs text-ink-3 md:w-20">{t(`run.trigger.${run.trigger}`)}</span>
      <span className="min-w-0 flex-1 truncate text-ink-2" title={summary}>
        {summary}
      </span>
      {run.attempt > 1 && <span className="shrink-0 text-xs text-ink-3">{t("run.attempt", { number: run.attempt })}</span>}
    </DataRow>
  );
});
