import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { RunDetail } from "@/api/types";
import { BackLink } from "@/components/back-link";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { Fact, Facts } from "@/components/facts";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { SkeletonPage } from "@/components/skeleton";
import { useErrorText } from "@/lib/error-text";
import { formatDuration, formatExact } from "@/lib/time";
import { toastDone, toastFailed } from "@/lib/toast";
import { useLocale } from "@/lib/use-locale";
import { runQuery, useRunJob } from "../api/jobs";
import { useJobWords } from "../hooks/use-job-words";
import { useSaid } from "../hooks/use-said";
import { byAttempt, lateness } from "../model/run";
import { LogLines } from "./log-lines";
import { RunBadge } from "./run-badge";
import { RunDuration } from "./run-duration";

/** One run: how it went, and what each attempt said. */
export function RunPage({ jobKey, runId }: { jobKey: string; runId: string }) {
  const { t } = useTranslation("jobs");
  const run = useQuery(runQuery(runId));
  const { name } = useJobWords()({ key: jobKey, description: "" });
  useTitle(t("run.of", { name }));
  if (run.isPending) return <SkeletonPage />;
  if (!run.data) {
    return (
      <ErrorState
        error={run.error}
        retry={() => void run.refetch()}
        wayOn={
          <Button asChild>
            <Link to="/tarefas/$key" params={{ key: jobKey }}>
              {t("run.back", { name })}
            </Link>
          </Button>
        }
      />
    );
  }
  return <RunView run={run.data} name={name} />;
}

function RunView({ run, name }: { run: RunDetail; name: string }) {
  const { t } = useTranslation("jobs");
  const attempts = byAttempt(run.logLines);
  const said = useSaid();
  // What is written before anything was tried, such as who asked for the run, is of attempt 0.
  const titleOf = (attempt: number) => (attempt === 0 ? t("log.before") : t("log.attempt", { number: attempt }));
  return (
    <>
      <PageHeader
        leading={<BackLink to="/tarefas/$key" params={{ key: run.jobKey }} label={t("run.back", { name })} />}
        title={t("run.of", { name })}
        aside={<RunBadge state={run.state} />}
        actions={run.state === "failed" && <Retry run={run} name={name} />}
      />
      <PageBody>
        <div className="mx-auto flex w-full max-w-4xl flex-col gap-8 px-4 py-6 md:px-6">
          {run.summary && <p className="text-base break-words">{said(run.summary)}</p>}
          <RunFacts run={run} job={name} />
          {attempts.length === 0 && <p className="text-sm text-ink-3">{t("log.none")}</p>}
          {attempts.map(({ attempt, lines }) => (
            <Section
              key={attempt}
              title={attempts.length > 1 ? titleOf(attempt) : t("log.title")}
              aside={t("log.lines", { count: lines.length })}
            >
              <LogLines lines={lines} label={titleOf(attempt)} />
            </Section>
          ))}
        </div>
      </PageBody>
    </>
  );
}

/** Another run of the job: what failed for good is not begun again, its log stays as it is. */
function Retry({ run, name }: { run: RunDetail; name: string }) {
  const { t } = useTranslation("jobs");
  const describe = useErrorText();
  const navigate = useNavigate();
  const again = useRunJob(run.jobKey);
  const retry = () =>
    again.mutate(idempotencyKey(), {
      onError: (error) => toastFailed(describe(error)),
      onSuccess: ({ runId }) => {
        toastDone(t("action.started", { name }));
        void navigate({ to: "/tarefas/$key/$runId", params: { key: run.jobKey, runId } });
      },
    });
  return (
    <Button variant="primary" busy={again.isPending} onClick={retry}>
      {t("action.retry")}
    </Button>
  );
}

function RunFacts({ run, job }: { run: RunDetail; job: string }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  const late = lateness(run);
  return (
    <Facts>
      <Fact label={t("one")}>
        <Link
          to="/tarefas/$key"
          params={{ key: run.jobKey }}
          className="rounded-sm text-accent-ink underline-offset-2 hover:underline"
        >
          {job}
        </Link>
      </Fact>
      <Fact label={t("run.why")}>{t(`run.trigger.${run.trigger}`)}</Fact>
      <Fact label={t("run.due")}>{formatExact(run.dueAt, locale)}</Fact>
      <Fact label={t("run.started")}>
        {run.startedAt ? (
          <>
            <RelativeTime value={run.startedAt} />
            {late !== null && (
              <span className="ml-2 text-xs text-paused-ink">{t("run.late", { duration: formatDuration(late, locale) })}</span>
            )}
          </>
        ) : (
          t("run.notYet")
        )}
      </Fact>
      <Fact label={t("run.took")}>
        <RunDuration run={run} className="tabular-nums" />
      </Fact>
      <Fact label={t("run.attempts")}>{run.attempt}</Fact>
    </Facts>
  );
}
