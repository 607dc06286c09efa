import type { BulkResult, Ticket } from "@/api/types";
import type { BulkChange } from "../api/bulk";

/** The same change for tickets that must still be at these versions. */
export interface BulkStep {
  tickets: { id: string; version: number }[];
  change: BulkChange;
}

/** What puts tickets back that a change went through for, each to what it was before; as few steps as there are differences. */
export function stepsBack(before: readonly Ticket[], change: BulkChange, results: readonly BulkResult[]): BulkStep[] {
  const steps = new Map<string, BulkStep>();
  for (const { id, version } of results) {
    const ticket = before.find((each) => each.id === id);
    if (!ticket || version === null) continue;
    const back = inverse(ticket, change);
    if (Object.keys(back).length === 0) continue;
    const key = JSON.stringify(back);
    const step = steps.get(key) ?? { tickets: [], change: back };
    step.tickets.push({ id, version });
    steps.set(key, step);
  }
  return [...steps.values()];
}

function inverse(ticket: Ticket, change: BulkChange): BulkChange {
  const added = (change.addTags ?? []).filter((tag) => !ticket.tags.includes(tag));
  const removed = (change.removeTags ?? []).filter((tag) => ticket.tags.includes(tag));
  return {
    ...(change.assigneeId !== undefined && { assigneeId: ticket.assignee?.id ?? null }),
    ...(change.queueId && { queueId: ticket.queue.id }),
    ...(change.priority && { priority: ticket.priority }),
    ...(added.length > 0 && { removeTags: added }),
    ...(removed.length > 0 && { addTags: removed }),
  };
}
