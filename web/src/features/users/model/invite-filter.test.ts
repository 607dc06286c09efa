import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import { inviteFilterFromSearch } from "./invite-filter";

describe("the filter of the invites", () => {
  it("survives the way into the address and back", () => {
    const filter = { state: "pending", q: "ana" } as const;
    expect(inviteFilterFromSearch(parseSearch(stringifySearch(filter)))).toEqual(filter);
  });

  it("drops what is not a filter", () => {
    expect(inviteFilterFromSearch({ state: "lost", q: " ", page: "1" })).toEqual({});
  });
});
