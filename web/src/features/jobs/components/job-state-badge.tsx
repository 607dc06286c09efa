import { CirclePause, CirclePlay } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/api/types";
import { Badge } from "@/components/badge";

/** Whether a job fires by itself. */
export function JobStateBadge({ job }: { job: Pick<Job, "state"> }) {
  const { t } = useTranslation("jobs");
  const paused = job.state === "paused";
  return (
    <Badge tone={paused ? "paused" : "neutral"} data-testid="job-state" data-state={job.state}>
      {paused ? <CirclePause aria-hidden /> : <CirclePlay aria-hidden />}
      {t(`state.${job.state}`)}
    </Badge>
  );
}
