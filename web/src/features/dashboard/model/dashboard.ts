import type { Dashboard, DayTrend, TicketStatus } from "@/api/types";
import { one, type SearchRecord } from "@/lib/search-params";

/** How many days the trends may be of. */
export const periods = [7, 30, 90, 365] as const;
export type Period = (typeof periods)[number];

/** What is shown where the address says nothing. */
export const DEFAULT_PERIOD: Period = 30;

/** Reads the period of an address; what is none is dropped. */
export function periodFromSearch(search: SearchRecord): { days?: Period } {
  const days = periods.find((period) => String(period) === one(search.days));
  return days === undefined || days === DEFAULT_PERIOD ? {} : { days };
}

/** Statuses of tickets that are not done. */
export const OPEN = ["pending", "in_progress", "paused"] as const satisfies readonly TicketStatus[];

export function countOf(counts: Dashboard["counts"], status: TicketStatus): number {
  return counts.byStatus.find((each) => each.status === status)?.count ?? 0;
}

/** Which tickets a number of a day counts, as the filter of their list; none where it counts no tickets. */
export function ticketsBehind(series: keyof DayTrend, day: string): Record<string, string> | undefined {
  if (series === "opened") return { createdFrom: day, createdTo: day };
  if (series === "resolved") return { resolvedFrom: day, resolvedTo: day };
  return undefined;
}

export interface Totals {
  opened: number;
  resolved: number;
  workedSeconds: number;
  firstResponses: number;
  /** On average over all first responses; none where there are none. */
  firstResponseSeconds: number | null;
}

/** What all days come to. Days with more answers weigh more in their average. */
export function totalsOf(days: readonly DayTrend[]): Totals {
  const sum = (of: (day: DayTrend) => number) => days.reduce((total, day) => total + of(day), 0);
  const firstResponses = sum((day) => day.firstResponses);
  const waited = sum((day) => (day.firstResponseSeconds ?? 0) * day.firstResponses);
  return {
    opened: sum((day) => day.opened),
    resolved: sum((day) => day.resolved),
    workedSeconds: sum((day) => day.workedSeconds),
    firstResponses,
    firstResponseSeconds: firstResponses > 0 ? waited / firstResponses : null,
  };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const steps = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE).concat(
  [1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR),
);

/** Marks for an axis of durations from nothing to `most` seconds, at times people say: at most five above zero. */
export function durationTicks(most: number): number[] {
  const wanted = Math.max(most, MINUTE) / 5;
  const step = steps.find((each) => each >= wanted) ?? Math.ceil(wanted / DAY) * DAY;
  return Array.from({ length: Math.ceil(Math.max(most, MINUTE) / step) + 1 }, (_, index) => index * step);
}

/** How much of the longest bar a value is, in per cent. What is not nothing can be seen. */
export function share(value: number, most: number): number {
  return most <= 0 || value <= 0 ? 0 : Math.max(1, Math.round((value / most) * 100));
}

/** Companies of which a device is offline or unknown, in the order they come. */
export function withoutContact<C extends { offline: number; unknown: number }>(companies: readonly C[]): C[] {
  return companies.filter(({ offline, unknown }) => offline + unknown > 0);
}
