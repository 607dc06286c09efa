import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { Job } from "@/api/types";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useRunJob, useUpdateJob } from "../api/jobs";
import { useJobWords } from "./use-job-words";

/** What one can do to a job at once, with its words afterwards. */
export function useJobActions(job: Job) {
  const { t } = useTranslation("jobs");
  const describe = useErrorText();
  const { name } = useJobWords()(job);
  const update = useUpdateJob(job.key);
  const run = useRunJob(job.key);
  const onError = (error: unknown) => toastFailed(describe(error));
  const switchTo = (enabled: boolean, version: number) =>
    update.mutate(
      { version, changes: { enabled } },
      {
        onError,
        onSuccess: (now) =>
          toastDone(t(enabled ? "action.resumed" : "action.pausedJob", { name }), {
            label: t(enabled ? "action.pause" : "action.resume"),
            run: () => switchTo(!enabled, now.version),
          }),
      },
    );
  return {
    busy: update.isPending || run.isPending,
    runNow: () => run.mutate(idempotencyKey(), { onError, onSuccess: () => toastDone(t("action.started", { name })) }),
    toggle: () => switchTo(job.state === "paused", job.version),
  };
}
