import { expect, it } from "vitest";
import { sessionSeconds, workedSeconds } from "./work";

const start = "2026-11-23T12:00:00Z";
const at = (seconds: number) => Date.parse(start) + seconds * 1000;

it("counts the running session on top of the closed ones", () => {
  expect(workedSeconds({ workedSeconds: 60, workingSince: start }, at(30))).toBe(90);
  expect(workedSeconds({ workedSeconds: 60, workingSince: null }, at(30))).toBe(60);
});

it("never runs backwards when this clock is behind the server's", () => {
  expect(workedSeconds({ workedSeconds: 60, workingSince: start }, at(-5))).toBe(60);
});

it("measures a closed session by its end, an open one by now", () => {
  expect(sessionSeconds({ startedAt: start, endedAt: "2026-11-23T12:01:00Z" }, at(500))).toBe(60);
  expect(sessionSeconds({ startedAt: start, endedAt: null }, at(500))).toBe(500);
});
