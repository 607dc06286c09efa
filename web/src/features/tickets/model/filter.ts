import type { Priority, Query, TicketStatus } from "@/api/types";
import { many, one, type SearchRecord } from "@/lib/search-params";

export const statuses = ["pending", "in_progress", "paused", "resolved"] as const satisfies readonly TicketStatus[];
export const priorities = ["urgent", "high", "normal", "low"] as const satisfies readonly Priority[];

/** In `assigneeId`: tickets nobody has. */
export const NOBODY = "none";

/** Which tickets a list shows. Lives in the address, under the names the API has. */
export interface TicketFilter {
  status?: TicketStatus[];
  assigneeId?: string[];
  companyId?: string[];
  queueId?: string[];
  priority?: Priority[];
  deviceId?: string[];
  requesterId?: string[];
  q?: string;
}

/** Reads the filter of an address. What is not a filter is dropped, so that a broken link shows a list. */
export function filterFromSearch(search: SearchRecord): TicketFilter {
  return compact({
    status: known(statuses, search.status),
    assigneeId: many(search.assigneeId),
    companyId: many(search.companyId),
    queueId: many(search.queueId),
    priority: known(priorities, search.priority),
    deviceId: many(search.deviceId),
    requesterId: many(search.requesterId),
    q: one(search.q)?.trim(),
  });
}

/** What the API is asked with. */
export function filterToQuery(filter: TicketFilter): Query<"/api/tickets"> {
  return { ...compact(filter) };
}

export function isFiltered(filter: TicketFilter): boolean {
  return Object.keys(compact(filter)).length > 0;
}

/** Without empty lists and texts: equal filters are then equal addresses and equal query keys. */
export function compact(filter: TicketFilter): TicketFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value.length > 0));
}

function known<T extends string>(allowed: readonly T[], value: unknown): T[] {
  const asked = many(value);
  return allowed.filter((each) => asked.includes(each));
}
