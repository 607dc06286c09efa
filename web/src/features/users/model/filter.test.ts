import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import { compact, filterFromSearch, filterToQuery, isNarrowed } from "./filter";

describe("the filter of the user list", () => {
  it("survives the way into the address and back", () => {
    const filter = { kind: "person", role: ["manager", "collaborator"], companyId: "c1", q: "ana" } as const;
    expect(filterFromSearch(parseSearch(stringifySearch(filter)))).toEqual(filter);
  });

  it("drops what is not a filter", () => {
    expect(filterFromSearch({ kind: "robot", role: ["king", "admin"], q: "  ", page: "2" })).toEqual({ role: ["admin"] });
  });

  it("never asks for roles that the kind cannot have", () => {
    expect(filterToQuery({ kind: "device", role: ["admin"] })).toEqual({ kind: "device" });
    expect(compact({ kind: "person", role: ["machine", "agent"] })).toEqual({ kind: "person", role: ["agent"] });
  });

  it("is narrowed by anything but the kind", () => {
    expect(isNarrowed({ kind: "person" })).toBe(false);
    expect(isNarrowed({ kind: "person", q: "x" })).toBe(true);
  });
});
