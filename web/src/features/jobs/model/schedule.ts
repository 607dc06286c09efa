import type { Job } from "@/api/types";

/** A schedule simple enough to be told in a few words. */
export type Plain =
  | { every: "interval"; seconds: number }
  | { every: "minutes"; minutes: number }
  | { every: "hour"; minute: number }
  | { every: "day"; hour: number; minute: number }
  | { every: "week"; weekday: number; hour: number; minute: number };

const NUMBER = /^\d{1,2}$/;

/** What a schedule says in plain words; undefined for one that only its pattern says right. */
export function plainSchedule({ kind, expression }: Pick<Job, "kind" | "expression">): Plain | undefined {
  if (kind === "interval") {
    const seconds = Number(expression);
    return Number.isInteger(seconds) && seconds > 0 ? { every: "interval", seconds } : undefined;
  }
  const [minute = "", hour = "", day, month, weekday = "", ...rest] = expression.trim().split(/\s+/);
  if (rest.length > 0 || day !== "*" || month !== "*") return undefined;
  if (hour === "*" && weekday === "*") {
    const step = /^\*\/(\d{1,2})$/.exec(minute)?.[1];
    // Other steps start anew each hour, after a shorter pause.
    if (step !== undefined && 60 % Number(step) === 0) return { every: "minutes", minutes: Number(step) };
    return NUMBER.test(minute) ? { every: "hour", minute: Number(minute) } : undefined;
  }
  if (!NUMBER.test(minute) || !NUMBER.test(hour)) return undefined;
  const time = { hour: Number(hour), minute: Number(minute) };
  if (weekday === "*") return { every: "day", ...time };
  return /^[0-7]$/.test(weekday) ? { every: "week", weekday: Number(weekday) % 7, ...time } : undefined;
}

/** Every time zone this browser knows, the present one of the job among them. */
export function timeZones(present: string): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return [...new Set(["UTC", present, ...known])].toSorted();
}
