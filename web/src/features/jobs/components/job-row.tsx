import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/api/types";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { RelativeTime } from "@/components/relative-time";
import { useFlash } from "@/lib/use-flash";
import { useJobWords } from "../hooks/use-job-words";
import { useScheduleText } from "../hooks/use-schedule-text";
import { JobMenu } from "./job-menu";
import { NextFire } from "./next-fire";
import { RunBadge } from "./run-badge";
import { RunStrip } from "./run-strip";

/** A job: what it is for, how its last runs went, and when it runs next. All of it leads to the job. */
export const JobRow = memo(function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation("jobs");
  const { name, description } = useJobWords()(job);
  const schedule = useScheduleText()(job);
  const { lastRun } = job;
  const [flash, endFlash] = useFlash(`${job.version} ${lastRun?.id} ${lastRun?.state}`);
  return (
    <DataRow
      flash={flash}
      onFlashEnd={endFlash}
      className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2 py-2.5 md:grid-cols-[minmax(0,1fr)_auto_12rem_6rem_1.75rem]"
    >
      <div className="flex min-w-0 flex-col" data-testid="job-row" data-key={job.key} data-state={job.state}>
        <Link
          to="/tarefas/$key"
          params={{ key: job.key }}
          data-row
          title={description}
          className={`${rowLinkClass} font-medium max-md:whitespace-normal`}
        >
          {name}
        </Link>
        <span className="truncate text-xs text-ink-3 max-md:whitespace-normal">
          {schedule}
          {job.kind === "cron" && ` · ${job.timeZone}`}
        </span>
      </div>
      <div className="relative z-[1] justify-self-end md:order-last">
        <JobMenu job={job} />
      </div>
      <RunStrip jobKey={job.key} className="max-md:col-span-2" />
      <div className="relative z-[1] flex min-w-0 items-center gap-2 text-xs text-ink-3">
        {lastRun ? (
          <>
            <RunBadge state={lastRun.state} />
            <RelativeTime value={lastRun.startedAt ?? lastRun.dueAt} className="truncate tabular-nums" />
          </>
        ) : (
          t("list.neverRan")
        )}
      </div>
      <div className="relative z-[1] text-right md:text-left">
        <NextFire job={job} />
      </div>
    </DataRow>
  );
});
