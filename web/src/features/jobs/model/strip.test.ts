import { describe, expect, it } from "vitest";
import type { Run, RunState } from "@/api/types";
import { barsOf, countsOf } from "./strip";

const run = (id: string, state: RunState): Run => ({
  id,
  state,
  jobKey: "job",
  trigger: "schedule",
  dueAt: "2026-11-23T12:00:00Z",
  startedAt: null,
  endedAt: null,
  attempt: 1,
  summary: "",
});

describe("the strip of runs", () => {
  it("ends with the newest and begins with places not filled yet", () => {
    const bars = barsOf([run("3", "running"), run("2", "failed"), run("1", "succeeded")], 5);
    expect(bars.map(({ look }) => look)).toEqual(["none", "none", "done", "failed", "running"]);
    expect(bars.at(-1)?.run?.id).toBe("3");
    expect(new Set(bars.map(({ key }) => key)).size).toBe(5);
  });

  it("shows the newest only", () => {
    const runs = Array.from({ length: 40 }, (_, index) => run(String(40 - index), "succeeded"));
    const bars = barsOf(runs, 30);
    expect(bars).toHaveLength(30);
    expect(bars[0]?.run?.id).toBe("11");
  });

  it("counts what its words say", () => {
    expect(countsOf([run("1", "failed"), run("2", "succeeded"), run("3", "skipped")])).toEqual({
      total: 3,
      succeeded: 1,
      failed: 1,
    });
  });
});
