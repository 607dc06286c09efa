import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/error";
import type { Job } from "@/api/types";
import { BackLink } from "@/components/back-link";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { Fact, Facts } from "@/components/facts";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { Section } from "@/components/section";
import { SkeletonPage } from "@/components/skeleton";
import { formatDuration } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { jobsQuery, previewQuery } from "../api/jobs";
import { useJobActions } from "../hooks/use-job-actions";
import { useJobWords } from "../hooks/use-job-words";
import { useScheduleText } from "../hooks/use-schedule-text";
import { JobMenu } from "./job-menu";
import { JobRuns } from "./job-runs";
import { NextTimes, OddTimes } from "./next-times";
import { RunStrip } from "./run-strip";
import { JobStateBadge } from "./job-state-badge";

/** One job: when it runs, and how its runs went. */
export function JobPage({ jobKey }: { jobKey: string }) {
  const { t } = useTranslation("jobs");
  const jobs = useQuery(jobsQuery);
  const job = jobs.data?.find((each) => each.key === jobKey);
  const { name } = useJobWords()({ key: jobKey, description: "" });
  useTitle(name);
  if (jobs.isPending) return <SkeletonPage />;
  if (!job) {
    return (
      <ErrorState
        error={jobs.data ? new ApiError(404, {}) : jobs.error}
        retry={() => void jobs.refetch()}
        wayOn={
          <Button asChild>
            <Link to="/tarefas">{t("back")}</Link>
          </Button>
        }
      />
    );
  }
  return <JobView job={job} />;
}

function JobView({ job }: { job: Job }) {
  const { t } = useTranslation("jobs");
  const { name, description } = useJobWords()(job);
  const { busy, runNow } = useJobActions(job);
  const { kind, expression: schedule, timeZone } = job;
  const preview = useQuery(previewQuery({ kind, schedule, timeZone }));
  return (
    <>
      <PageHeader
        leading={<BackLink to="/tarefas" label={t("back")} />}
        title={name}
        aside={<JobStateBadge job={job} />}
        actions={
          <>
            <Button variant="primary" busy={busy} onClick={runNow}>
              {!busy && <Play aria-hidden />}
              <span className="max-sm:sr-only">{t("action.runNow")}</span>
            </Button>
            <JobMenu job={job} />
          </>
        }
      />
      <PageBody>
        <div className="mx-auto flex w-full max-w-4xl flex-col gap-8 px-4 py-6 md:px-6">
          <p className="text-sm text-ink-2">{description}</p>
          <div className="grid grid-cols-1 gap-8 md:grid-cols-2">
            <JobFacts job={job} />
            <Section title={t("next.caption")}>
              {job.upcoming.length > 0 ? (
                <NextTimes job={job} />
              ) : (
                <p className="text-sm text-ink-3">{t("next.none")}</p>
              )}
              <OddTimes preview={preview.data} timeZone={job.timeZone} />
            </Section>
          </div>
          <Section title={t("strip.title")}>
            <RunStrip jobKey={job.key} />
          </Section>
          <JobRuns jobKey={job.key} />
        </div>
      </PageBody>
    </>
  );
}

function JobFacts({ job }: { job: Job }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  const schedule = useScheduleText()(job);
  return (
    <Section title={t("facts.title")}>
      <Facts>
        <Fact label={t("facts.schedule")}>{schedule}</Fact>
        {job.kind === "cron" && (
          <>
            <Fact label={t("edit.schedule")}>
              <code className="font-mono text-xs">{job.expression}</code>
            </Fact>
            <Fact label={t("edit.timeZone")}>{job.timeZone}</Fact>
          </>
        )}
        {job.stateReason && <Fact label={t("facts.reason")}>{job.stateReason}</Fact>}
        <Fact label={t("facts.timeout")}>{formatDuration(job.timeoutSeconds, locale)}</Fact>
        <Fact label={t("facts.attempts")}>{t("facts.atMost", { count: job.maxAttempts })}</Fact>
        <Fact label={t("facts.type")}>
          <code className="font-mono text-xs break-all">{job.jobType}</code>
        </Fact>
      </Facts>
    </Section>
  );
}
