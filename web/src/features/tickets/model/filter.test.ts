import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import {
  compact,
  csvAddress,
  filterFromSaved,
  filterFromSearch,
  filterToQuery,
  filterToSaved,
  isFiltered,
  sameFilter,
  type TicketFilter,
} from "./filter";

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
    ["?category=none&tag=vpn&tag=rede&watcherId=w&createdFrom=2026-11-01&createdTo=2026-11-30&resolvedFrom=2026-11-02&resolvedTo=2026-11-03&sort=updated", {
      category: ["none"],
      tag: ["vpn", "rede"],
      watcherId: ["w"],
      createdFrom: "2026-11-01",
      createdTo: "2026-11-30",
      resolvedFrom: "2026-11-02",
      resolvedTo: "2026-11-03",
      sort: "updated",
    }],
  ])("reads %s", (search, filter) => {
    expect(read(search)).toEqual(filter);
  });

  it("drops what is not a filter, doubles, and values there are none of", () => {
    expect(read("?sort=best&createdTo=2026-02-31&status=closed&status=pending&status=pending&page=3&q=%20%20")).toEqual({ status: ["pending"] });
  });

  it("comes back from the address it was written to", () => {
    const filter: TicketFilter = { status: ["pending", "in_progress"], companyId: ["x", "y"], q: "Ação & café" };
    expect(read(stringifySearch({ ...filter }))).toEqual(filter);
  });

  it("leaves a clean address when there is nothing to filter", () => {
    expect(stringifySearch({ ...compact({ status: [], q: "" }) })).toBe("");
    expect(isFiltered({ status: [], q: "" })).toBe(false);
  });

  it("asks for whole days of the reader's clock", () => {
    // São Paulo is three hours behind.
    expect(filterToQuery({ createdFrom: "2026-11-22", createdTo: "2026-11-22" })).toEqual({
      createdFrom: "2026-11-22T03:00:00.000Z",
      createdTo: "2026-11-23T03:00:00.000Z",
    });
  });

  it("downloads what is shown", () => {
    expect(csvAddress({})).toBe("/api/tickets.csv");
    expect(csvAddress({ status: ["pending", "paused"], q: "a b" })).toBe(
      "/api/tickets.csv?status=pending&status=paused&q=a+b",
    );
  });

  it("is saved by the API's names and comes back", () => {
    const filter: TicketFilter = { status: ["pending"], createdFrom: "2026-11-01", createdTo: "2026-11-30", sort: "oldest" };
    const saved = filterToSaved(filter);
    expect(saved).toEqual({
      status: ["pending"],
      createdFrom: ["2026-11-01T03:00:00.000Z"],
      createdTo: ["2026-12-01T03:00:00.000Z"],
      sort: ["oldest"],
    });
    expect(filterFromSaved(saved)).toEqual(filter);
    expect(filterFromSaved({ createdTo: ["soon"], colour: ["red"] })).toEqual({});
  });

  it("is the same in whatever order it was put together", () => {
    expect(sameFilter({ tag: ["a", "b"], q: "x" }, { q: "x", tag: ["b", "a"], status: [], sort: "newest" })).toBe(true);
    expect(sameFilter({ q: "x" }, { q: "x", sort: "oldest" })).toBe(false);
    expect(isFiltered({ sort: "oldest" })).toBe(false);
  });

  it("asks the API with what is set only", () => {
    expect(filterToQuery({ status: ["paused"], queueId: [] })).toEqual({ status: ["paused"] });
  });
});
