import { describe, expect, it } from "vitest";
import { plainSchedule, timeZones } from "./schedule";

describe("a schedule in plain words", () => {
  it.each([
    ["17 * * * *", { every: "hour", minute: 17 }],
    ["*/15 * * * *", { every: "minutes", minutes: 15 }],
    ["10 3 * * *", { every: "day", hour: 3, minute: 10 }],
    ["0 8 * * 7", { every: "week", weekday: 0, hour: 8, minute: 0 }],
    // Every 7 minutes and then, at the hour, after 4.
    ["*/7 * * * *", undefined],
    ["0 8 1 * *", undefined],
    ["0 8 * * 1-5", undefined],
    ["0 8 * *", undefined],
    ["0 8 * * * *", undefined],
    ["", undefined],
  ])("%j is %o", (expression, plain) => {
    expect(plainSchedule({ kind: "cron", expression })).toEqual(plain);
  });

  it("knows intervals", () => {
    expect(plainSchedule({ kind: "interval", expression: "300" })).toEqual({ every: "interval", seconds: 300 });
    expect(plainSchedule({ kind: "interval", expression: "soon" })).toBeUndefined();
  });
});

describe("time zones to choose from", () => {
  it("hold the present one, also when the browser calls it otherwise", () => {
    const zones = timeZones("America/Buenos_Aires");
    expect(zones).toContain("America/Buenos_Aires");
    expect(zones).toContain("UTC");
    expect(new Set(zones).size).toBe(zones.length);
  });
});
