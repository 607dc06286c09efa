import { describe, expect, it } from "vitest";
import type { DayTrend } from "@/api/types";
import { countOf, durationTicks, periodFromSearch, share, ticketsBehind, totalsOf, withoutContact } from "./dashboard";

function day(change: Partial<DayTrend>): DayTrend {
  const nothing = { opened: 0, resolved: 0, firstResponses: 0, firstResponseSeconds: null, workedSeconds: 0 };
  return { day: "2026-11-23", ...nothing, ...change };
}

describe("the period", () => {
  it("is read from the address, and is a clean address where it is the usual one", () => {
    expect(periodFromSearch({ days: "7" })).toEqual({ days: 7 });
    expect(periodFromSearch({ days: ["90", "7"] })).toEqual({ days: 90 });
    for (const days of [undefined, "", "30", "8", "x", "-7"]) expect(periodFromSearch({ days })).toEqual({});
  });
});

it("leads from what counts tickets of a day to their list, and from nothing else", () => {
  expect(ticketsBehind("opened", "2026-11-23")).toEqual({ createdFrom: "2026-11-23", createdTo: "2026-11-23" });
  expect(ticketsBehind("resolved", "2026-11-23")).toEqual({ resolvedFrom: "2026-11-23", resolvedTo: "2026-11-23" });
  expect(ticketsBehind("workedSeconds", "2026-11-23")).toBeUndefined();
});

describe("totals", () => {
  it("weigh each day's average by its answers", () => {
    const totals = totalsOf([
      day({ opened: 2, resolved: 1, firstResponses: 1, firstResponseSeconds: 100, workedSeconds: 60 }),
      day({ opened: 3, firstResponses: 3, firstResponseSeconds: 20, workedSeconds: 30 }),
      day({}),
    ]);
    expect(totals).toEqual({ opened: 5, resolved: 1, workedSeconds: 90, firstResponses: 4, firstResponseSeconds: 40 });
  });

  it("know that nothing was answered", () => {
    expect(totalsOf([day({})]).firstResponseSeconds).toBeNull();
    expect(totalsOf([]).opened).toBe(0);
  });
});

describe("counts", () => {
  it("are found by status, and nothing where there is none", () => {
    const byStatus = [{ status: "paused" as const, count: 3 }];
    const counts = { byStatus, openByQueue: [], unassigned: 0, mine: 0 };
    expect(countOf(counts, "paused")).toBe(3);
    expect(countOf(counts, "pending")).toBe(0);
  });
});

describe("marks of an axis of durations", () => {
  it.each([
    [0, [0, 60]],
    [60, [0, 60]],
    [299, [0, 60, 120, 180, 240, 300]],
    [3_600, [0, 900, 1_800, 2_700, 3_600]],
    [5 * 3_600, [0, 3_600, 7_200, 10_800, 14_400, 18_000]],
    [86_400, [0, 21_600, 43_200, 64_800, 86_400]],
  ])("up to %d s", (most, ticks) => {
    expect(durationTicks(most)).toEqual(ticks);
  });

  it("are few and reach the top, however long it took", () => {
    for (let most = 1; most < 400 * 86_400; most = Math.ceil(most * 1.7)) {
      const ticks = durationTicks(most);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
    }
  });
});

describe("bars", () => {
  it("show what is not nothing", () => {
    expect(share(0, 100)).toBe(0);
    expect(share(1, 100_000)).toBe(1);
    expect(share(50, 100)).toBe(50);
    expect(share(5, 0)).toBe(0);
  });
});

describe("companies of the dashboard", () => {
  it("are those with a device that is not heard of", () => {
    const company = (offline: number, unknown: number) => ({ offline, unknown });
    const [gone, lost, fine] = [company(2, 0), company(0, 1), company(0, 0)];
    expect(withoutContact([gone, lost, fine])).toEqual([gone, lost]);
  });
});
