import { describe, expect, it } from "vitest";
import { byAttempt, fieldsOf, lateness, levelOf, type LogLine, runSeconds } from "./run";

const line = (attempt: number, sequence: number): LogLine => ({
  attempt,
  sequence,
  time: "2026-11-23T12:00:00Z",
  level: "info",
  code: "x",
  message: "x",
  fields: {},
});

describe("a run", () => {
  it("takes from its start to its end, or to now", () => {
    const startedAt = "2026-11-23T12:00:00Z";
    expect(runSeconds({ startedAt, endedAt: "2026-11-23T12:00:01.500Z" }, 0)).toBe(1.5);
    expect(runSeconds({ startedAt, endedAt: null }, Date.parse("2026-11-23T12:01:00Z"))).toBe(60);
    expect(runSeconds({ startedAt, endedAt: null }, 0)).toBe(0);
    expect(runSeconds({ startedAt: null, endedAt: null }, 0)).toBeNull();
  });

  it("is late when it began well after it was due", () => {
    const dueAt = "2026-11-23T12:00:00Z";
    expect(lateness({ dueAt, startedAt: "2026-11-23T12:00:02Z" })).toBeNull();
    expect(lateness({ dueAt, startedAt: "2026-11-23T12:01:00Z" })).toBe(60);
    expect(lateness({ dueAt, startedAt: null })).toBeNull();
  });
});

describe("a run's log", () => {
  it("is told by attempt, in the order it was written", () => {
    const attempts = byAttempt([line(2, 3), line(1, 1), line(1, 2)]);
    expect(attempts.map(({ attempt, lines }) => [attempt, lines.map(({ sequence }) => sequence)])).toEqual([
      [1, [1, 2]],
      [2, [3]],
    ]);
  });

  it("shows fields as text and unknown levels as information", () => {
    const fields = { removed: 12, table: "sessions", more: { a: 1 } } as unknown as LogLine["fields"];
    expect(fieldsOf({ fields })).toEqual([
      ["removed", "12"],
      ["table", "sessions"],
      ["more", '{"a":1}'],
    ]);
    expect(levelOf({ level: "trace" })).toBe("info");
    expect(levelOf({ level: "error" })).toBe("error");
  });
});
