import { describe, expect, it } from "vitest";
import { csvAddress, filterFromSearch, filterToQuery, isFiltered } from "./filter";

const ana = "01a214aa-8cea-779c-ae1e-dd7cf3de928b";

describe("the filter of the audit log", () => {
  it("reads what it can of an address", () => {
    const asked = { action: "user.updated", actorId: ana, targetId: "device-settle-presence", from: "2026-11-01", to: "2026-11-23" };
    expect(filterFromSearch(asked)).toEqual(asked);
    expect(filterFromSearch({ action: "user." })).toEqual({ action: "user." });
    const broken = { action: "user", actorId: "ana", from: "2026-02-31", to: "yesterday", colour: "red" };
    expect(filterFromSearch(broken)).toEqual({});
    expect(isFiltered(filterFromSearch(broken))).toBe(false);
  });

  it("asks for whole days of the reader's clock", () => {
    // São Paulo is three hours behind.
    expect(filterToQuery({ from: "2026-11-22", to: "2026-11-22" })).toEqual({
      from: "2026-11-22T03:00:00.000Z",
      to: "2026-11-23T03:00:00.000Z",
    });
    expect(filterToQuery({ to: "2026-11-30" })).toEqual({ to: "2026-12-01T03:00:00.000Z" });
  });

  it("downloads what is shown", () => {
    expect(csvAddress({})).toBe("/api/admin/audit-log.csv");
    expect(csvAddress({ action: "user.", from: "2026-11-22" })).toBe(
      "/api/admin/audit-log.csv?action=user.&from=2026-11-22T03%3A00%3A00.000Z",
    );
  });
});
