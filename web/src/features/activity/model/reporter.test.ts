import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Activity } from "@/api/types";
import { ActivityReporter, QUIET, REPEAT } from "./reporter";

let said: Activity[];
let reporter: ActivityReporter;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  reporter = new ActivityReporter((activity) => said.push(activity));
});

afterEach(() => vi.useRealTimers());

it("says again what lasts, and nothing after one has left", () => {
  reporter.arrive();
  reporter.arrive();
  vi.advanceTimersByTime(2 * REPEAT);
  reporter.leave();
  reporter.leave();
  vi.advanceTimersByTime(5 * REPEAT);
  expect(said).toEqual(["viewing", "viewing", "viewing", "left"]);
});

it("says once that one types, until nothing was typed for a while", () => {
  reporter.arrive();
  for (let key = 0; key < 5; key += 1) {
    reporter.typed("typing");
    vi.advanceTimersByTime(QUIET / 2);
  }
  vi.advanceTimersByTime(QUIET);
  expect(said.filter((each, place) => each !== said[place - 1])).toEqual(["viewing", "typing", "viewing"]);
});

it("tells apart what is written for whom", () => {
  reporter.arrive();
  reporter.typed("typing_internal");
  reporter.typed("typing");
  reporter.rested();
  expect(said).toEqual(["viewing", "typing_internal", "typing", "viewing"]);
});

it("says nothing of one who is not there", () => {
  reporter.typed("typing");
  reporter.rested();
  reporter.leave();
  vi.advanceTimersByTime(5 * REPEAT);
  expect(said).toEqual([]);
});
