import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import { compact, csvAddress, filterFromSearch, filterToQuery, isFiltered } from "./filter";

describe("the filter of the device list", () => {
  it("survives the way into the address and back", () => {
    const filter = { companyId: "c1", presence: ["online", "unknown"], q: "caixa 1" } as const;
    const address = stringifySearch(filter);
    expect(address).toBe("?companyId=c1&presence=online&presence=unknown&q=caixa+1");
    expect(filterFromSearch(parseSearch(address))).toEqual(filter);
  });

  it("drops what is not a filter", () => {
    expect(filterFromSearch({ presence: ["asleep", "offline"], companyId: "", os: "linux" })).toEqual({ presence: ["offline"] });
  });

  it("is the same for the file", () => {
    expect(csvAddress({})).toBe("/api/admin/devices.csv");
    expect(csvAddress({ presence: ["offline", "stale"], q: "a b" })).toBe(
      "/api/admin/devices.csv?presence=offline&presence=stale&q=a+b",
    );
  });

  it("asks for nothing when nothing is filtered", () => {
    expect(filterToQuery({ presence: [], q: "" })).toEqual({});
    expect(isFiltered(compact({ companyId: undefined, presence: [] }))).toBe(false);
    expect(isFiltered({ q: "x" })).toBe(true);
  });
});
