import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import { compact, filterFromSearch, filterToQuery, isFiltered, type TicketFilter } from "./filter";

const read = (search: string) => filterFromSearch(parseSearch(search));

describe("the filter in the address", () => {
  it.each<[string, TicketFilter]>([
    ["", {}],
    ["?status=pending", { status: ["pending"] }],
    ["?status=paused&status=pending", { status: ["pending", "paused"] }],
    ["?assigneeId=none&assigneeId=a&q=vpn", { assigneeId: ["none", "a"], q: "vpn" }],
    ["?companyId=c&queueId=f&deviceId=d&requesterId=r&priority=urgent", {
      companyId: ["c"],
      queueId: ["f"],
      deviceId: ["d"],
      requesterId: ["r"],
      priority: ["urgent"],
    }],
  ])("reads %s", (search, filter) => {
    expect(read(search)).toEqual(filter);
  });

  it("drops what is not a filter, doubles, and values there are none of", () => {
    expect(read("?status=closed&status=pending&status=pending&page=3&q=%20%20")).toEqual({ status: ["pending"] });
  });

  it("comes back from the address it was written to", () => {
    const filter: TicketFilter = { status: ["pending", "in_progress"], companyId: ["x", "y"], q: "Ação & café" };
    expect(read(stringifySearch({ ...filter }))).toEqual(filter);
  });

  it("leaves a clean address when there is nothing to filter", () => {
    expect(stringifySearch({ ...compact({ status: [], q: "" }) })).toBe("");
    expect(isFiltered({ status: [], q: "" })).toBe(false);
  });

  it("asks the API with what is set only", () => {
    expect(filterToQuery({ status: ["paused"], queueId: [] })).toEqual({ status: ["paused"] });
  });
});
