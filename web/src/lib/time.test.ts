import { describe, expect, it } from "vitest";
import { formatClock, formatDate, formatDateTime, formatDay, formatDayTime, formatDuration, formatExact, formatRelative } from "./time";

const now = Date.parse("2026-11-23T15:00:00Z");
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
/** Intl uses narrow and no-break spaces. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("relative time", () => {
  it.each([
    [5, "agora", "now"],
    [300, "há 5 min.", "5 min. ago"],
    [2 * 3600, "há 2 h", "2 hr. ago"],
    [86_400, "ontem", "yesterday"],
    [10 * 86_400, "há 10 dias", "10 days ago"],
    [400 * 86_400, "ano passado", "last yr."],
  ])("of %d seconds", (seconds, portuguese, english) => {
    expect(plain(formatRelative(ago(seconds), now, "pt-BR"))).toBe(portuguese);
    expect(plain(formatRelative(ago(seconds), now, "en"))).toBe(english);
  });

  it("also looks ahead", () => {
    expect(plain(formatRelative(ago(-600), now, "pt-BR"))).toBe("em 10 min.");
  });
});

it("writes dates the way of the language, in the reader's time zone", () => {
  expect(plain(formatDateTime("2026-11-23T15:00:00Z", "pt-BR"))).toBe("23 de nov. de 2026, 12:00");
  expect(plain(formatExact("2026-11-23T15:00:09Z", "en"))).toBe("Monday, November 23, 2026 at 12:00:09 PM");
});

it("keeps a day of the calendar, whatever the time zone", () => {
  expect(plain(formatDate("2026-11-23", "pt-BR"))).toBe("23 de nov. de 2026");
  expect(plain(formatDate("2026-11-01", "en"))).toBe("Nov 1, 2026");
});

it("writes durations by their two largest units", () => {
  expect(plain(formatDuration(42.9, "pt-BR"))).toBe("42 s");
  expect(plain(formatDuration(3900, "pt-BR"))).toBe("1 h 5 min");
  expect(plain(formatDuration(7200, "en"))).toBe("2 hr");
  expect(plain(formatDuration(-3, "pt-BR"))).toBe("0 s");
});

it("runs a clock", () => {
  expect(formatClock(42)).toBe("0:42");
  expect(formatClock(725.9)).toBe("12:05");
  expect(formatClock(3723)).toBe("1:02:03");
});

it("keeps the formats of days apart", () => {
  const at = "2026-11-23T15:30:00Z";
  expect(formatDay(at, "en")).toContain("2026");
  expect(formatDayTime(at, "en")).not.toContain("2026");
});
