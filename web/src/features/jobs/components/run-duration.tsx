import type { Run } from "@/api/types";
import { formatDuration, formatMillis } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useNow } from "@/lib/use-now";
import { runSeconds } from "../model/run";

interface RunDurationProps {
  run: Pick<Run, "startedAt" | "endedAt">;
  className?: string;
}

/** How long a run took; counts while it is at work. */
export function RunDuration({ run, className }: RunDurationProps) {
  const running = run.startedAt !== null && run.endedAt === null;
  return running ? <Running run={run} className={className} /> : <Words run={run} now={0} className={className} />;
}

function Running(props: RunDurationProps) {
  return <Words {...props} now={useNow("second")} />;
}

function Words({ run, now, className }: RunDurationProps & { now: number }) {
  const locale = useLocale();
  const seconds = runSeconds(run, now);
  if (seconds === null) return <span className={className}>–</span>;
  return (
    <span className={className}>{seconds < 1 ? formatMillis(seconds * 1000, locale) : formatDuration(seconds, locale)}</span>
  );
}
