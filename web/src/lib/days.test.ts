import { describe, expect, it } from "vitest";
import { dayBefore, startOf } from "./days";

describe("days", () => {
  it("begin and end on the reader's clock", () => {
    // São Paulo is three hours behind.
    expect(startOf("2026-11-22")?.toISOString()).toBe("2026-11-22T03:00:00.000Z");
    expect(startOf("2026-11-30", 1)?.toISOString()).toBe("2026-12-01T03:00:00.000Z");
    expect(startOf("2026-02-31")).toBeUndefined();
    expect(startOf("yesterday")).toBeUndefined();
  });

  it("are counted back by the calendar", () => {
    expect(dayBefore(Date.parse("2026-11-23T02:00:00Z"), 0)).toBe("2026-11-22");
    expect(dayBefore(Date.parse("2026-11-23T15:00:00Z"), 29)).toBe("2026-10-25");
  });
});
