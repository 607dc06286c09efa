import { describe, expect, it } from "vitest";
import type { Ticket } from "@/api/types";
import { listOf, mayStillReopen, ownLists, type OwnState, ownState, statusesOf } from "./own";

const nobody = null;
const ana = { id: "1", name: "Ana" };
type Case = [Ticket["status"], Ticket["assignee"], Ticket["pauseReason"], OwnState];

describe("where a ticket stands for whoever asked", () => {
  it.each<Case>([
    ["pending", nobody, null, "received"],
    ["pending", ana, null, "taken"],
    ["in_progress", ana, null, "worked"],
    ["paused", ana, "waiting_requester", "waitsForYou"],
    ["paused", ana, "break", "paused"],
    ["resolved", ana, null, "resolved"],
  ])("%s, of %o, for %s: %s", (status, assignee, pauseReason, state) => {
    expect(ownState({ status, assignee, pauseReason })).toBe(state);
  });

  it("may be reopened for seven days", () => {
    const at = (resolvedAt: string | null) => mayStillReopen({ resolvedAt }, Date.parse("2030-01-08T12:00:00Z"));
    expect(at("2030-01-01T12:00:01Z")).toBe(true);
    expect(at("2030-01-01T12:00:00Z")).toBe(false);
    expect(at(null)).toBe(false);
  });

  it("is in the list of its status", () => {
    expect(statusesOf("open")).toEqual(["pending", "in_progress", "paused"]);
    for (const list of ownLists) expect(listOf(statusesOf(list))).toBe(list);
  });
});
