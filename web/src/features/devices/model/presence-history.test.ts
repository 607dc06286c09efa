import { describe, expect, it } from "vitest";
import { availability, latest, pieces, type Span } from "./presence-history";

const span = (state: Span["state"], start: string, end: string): Span => ({
  state,
  start: `2026-11-${start}:00Z`,
  end: `2026-11-${end}:00Z`,
});

describe("the strip of presence", () => {
  it("lays spans from the past to now", () => {
    const drawn = pieces([span("offline", "25T12:00", "25T18:00"), span("online", "25T18:00", "26T12:00")], 1);
    expect(drawn).toEqual([
      { state: "offline", start: 0, width: 25 },
      { state: "online", start: 25, width: 75 },
    ]);
  });

  it("leaves empty what was before the device", () => {
    expect(pieces([span("online", "26T06:00", "26T12:00")], 1)).toEqual([{ state: "online", start: 75, width: 25 }]);
    expect(pieces([], 7)).toEqual([]);
  });

  it("shows also what is short", () => {
    const [, short] = pieces([span("online", "20T00:00", "26T11:59"), span("offline", "26T11:59", "26T12:00")], 7);
    expect(short?.width).toBe(0.2);
    expect(short?.start).toBe(99.8);
  });
});

describe("the share of time online", () => {
  it("is of what is known", () => {
    const spans = [
      span("online", "26T00:00", "26T03:00"),
      span("unknown", "26T03:00", "26T09:00"),
      span("offline", "26T09:00", "26T10:00"),
    ];
    expect(availability(spans)).toBe(75);
    expect(availability([span("unstable", "26T00:00", "26T03:00"), span("offline", "26T03:00", "26T04:00")])).toBe(0);
    expect(availability([span("unknown", "26T00:00", "26T03:00")])).toBeNull();
    expect(availability([])).toBeNull();
  });
});

describe("the table of spans", () => {
  it("begins with the latest and ends", () => {
    const spans = [
      span("offline", "26T00:00", "26T01:00"),
      span("online", "26T01:00", "26T02:00"),
      span("offline", "26T02:00", "26T03:00"),
    ];
    expect(latest(spans, 2).map(({ start }) => start)).toEqual(["2026-11-26T02:00:00Z", "2026-11-26T01:00:00Z"]);
  });
});
