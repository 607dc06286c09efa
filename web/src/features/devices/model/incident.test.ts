import { expect, test } from "vitest";
import { incidentKindOf, openIncidents } from "./incident";

const incident = (id: string, resolvedAt: string | null) => ({
  id,
  type: "mass_offline",
  devices: 3,
  raisedAt: "2026-01-01T00:00:00Z",
  resolvedAt,
});

test("only what is not over is shown", () => {
  const open = openIncidents([incident("1", null), incident("2", "2026-01-01T00:10:00Z")]);
  expect(open.map((each) => each.id)).toEqual(["1"]);
});

test("a kind of a newer server is told as the general one", () => {
  expect(incidentKindOf({ type: "company_offline" })).toBe("company_offline");
  expect(incidentKindOf({ type: "planet_offline" })).toBe("mass_offline");
});
