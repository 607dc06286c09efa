import { expect, it } from "vitest";
import type { BulkResult, Ticket } from "@/api/types";
import { stepsBack } from "./bulk-undo";

const ticket = (id: string, facts: Partial<Ticket> = {}) =>
  ({ id, version: 1, tags: [], assignee: null, priority: "normal", queue: { id: "q1" }, ...facts }) as Ticket;
const done = (id: string, version = 2): BulkResult => ({ id, version, error: null });

it("gives each ticket back what it had, on top of the version the change made", () => {
  const before = [
    ticket("a"),
    ticket("b", { assignee: { id: "ana", name: "Ana" } }),
    ticket("c"),
  ];
  expect(stepsBack(before, { assigneeId: "caio" }, [done("a"), done("b", 7), done("c")])).toEqual([
    { tickets: [{ id: "a", version: 2 }, { id: "c", version: 2 }], change: { assigneeId: null } },
    { tickets: [{ id: "b", version: 7 }], change: { assigneeId: "ana" } },
  ]);
  expect(stepsBack(before, { queueId: "q2" }, [done("a")])).toEqual([
    { tickets: [{ id: "a", version: 2 }], change: { queueId: "q1" } },
  ]);
});

it("leaves alone what was refused, and tags that were there, or not, before", () => {
  const before = [ticket("a", { tags: ["vip"] }), ticket("b")];
  const refused: BulkResult = { id: "b", version: null, error: { code: "ticket_resolved", detail: "" } };
  expect(stepsBack(before, { priority: "high" }, [done("a"), refused])).toEqual([
    { tickets: [{ id: "a", version: 2 }], change: { priority: "normal" } },
  ]);
  expect(stepsBack(before, { addTags: ["vip"] }, [done("a"), done("b")])).toEqual([
    { tickets: [{ id: "b", version: 2 }], change: { removeTags: ["vip"] } },
  ]);
  expect(stepsBack(before, { removeTags: ["vip"] }, [done("a"), done("b")])).toEqual([
    { tickets: [{ id: "a", version: 2 }], change: { addTags: ["vip"] } },
  ]);
});
