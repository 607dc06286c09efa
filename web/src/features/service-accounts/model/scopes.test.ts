import { describe, expect, it } from "vitest";
import { areas, byArea, scopeOf, scopes, toggled } from "./scopes";

describe("scopes", () => {
  it("stand by area, each in its order, whatever order they come in", () => {
    expect(byArea(["users.read", "tickets.work", "tickets.read"])).toEqual([
      { area: "tickets", scopes: ["tickets.read", "tickets.work"] },
      { area: "users", scopes: ["users.read"] },
    ]);
  });

  it("keep what a newer server knows", () => {
    expect(byArea(["rockets.launch", "tickets.teleport", "tickets.read"])).toEqual([
      { area: "tickets", scopes: ["tickets.read", "tickets.teleport"] },
      { area: undefined, scopes: ["rockets.launch"] },
    ]);
    expect(scopeOf("rockets.launch")).toBeUndefined();
  });

  it("each have an area", () => {
    expect(byArea(scopes).map(({ area }) => area)).toEqual([...areas]);
  });

  it("are chosen and given back", () => {
    expect(toggled([], "tickets.read")).toEqual(["tickets.read"]);
    expect(toggled(["tickets.read", "users.read"], "tickets.read")).toEqual(["users.read"]);
  });
});
