import type { Run, RunDetail } from "@/api/types";

type Times = Pick<Run, "startedAt" | "endedAt">;

/** How long a run took, or has taken up to `now` (milliseconds), in seconds; null before it began. */
export function runSeconds({ startedAt, endedAt }: Times, now: number): number | null {
  if (!startedAt) return null;
  return Math.max(0, ((endedAt ? Date.parse(endedAt) : now) - Date.parse(startedAt)) / 1000);
}

/** A start later than this after it was due is told, in seconds. */
const TOLERATED = 5;

/** How much later than due a run began, in seconds; null while that is not worth a word. */
export function lateness({ dueAt, startedAt }: Pick<Run, "dueAt" | "startedAt">): number | null {
  if (!startedAt) return null;
  const late = (Date.parse(startedAt) - Date.parse(dueAt)) / 1000;
  return late > TOLERATED ? late : null;
}

export type LogLine = RunDetail["logLines"][number];

/** The lines of each attempt, in the order they were written. */
export function byAttempt(lines: readonly LogLine[]): { attempt: number; lines: LogLine[] }[] {
  const attempts: { attempt: number; lines: LogLine[] }[] = [];
  for (const line of lines.toSorted((a, b) => a.sequence - b.sequence)) {
    const last = attempts.at(-1);
    if (last?.attempt === line.attempt) last.lines.push(line);
    else attempts.push({ attempt: line.attempt, lines: [line] });
  }
  return attempts;
}

/** The fields of a line as names and texts. */
export function fieldsOf(line: Pick<LogLine, "fields">): [name: string, value: string][] {
  return Object.entries(line.fields ?? {}).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

export const levels = ["info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** How serious a line is; what is not known is shown as information. */
export function levelOf(line: Pick<LogLine, "level">): Level {
  return levels.find((level) => level === line.level) ?? "info";
}
