import type { Priority, Query, TicketSort, TicketStatus } from "@/api/types";
import { dayBefore, startOf } from "@/lib/days";
import { many, one, type SearchRecord } from "@/lib/search-params";

export const statuses = ["pending", "in_progress", "paused", "resolved"] as const satisfies readonly TicketStatus[];
export const priorities = ["urgent", "high", "normal", "low"] as const satisfies readonly Priority[];
export const sorts = ["newest", "oldest", "updated", "priority", "attention"] as const satisfies readonly TicketSort[];

/** In `assigneeId` and `category`: tickets without one. */
export const NONE = "none";

/** Which tickets a list shows, and in which order. Lives in the address, under the names the API has. */
export interface TicketFilter {
  status?: TicketStatus[];
  assigneeId?: string[];
  companyId?: string[];
  queueId?: string[];
  priority?: Priority[];
  category?: string[];
  tag?: string[];
  deviceId?: string[];
  requesterId?: string[];
  watcherId?: string[];
  /** Days, both included. */
  createdFrom?: string;
  createdTo?: string;
  /** Days, both included, on which what is resolved was. */
  resolvedFrom?: string;
  resolvedTo?: string;
  q?: string;
  sort?: TicketSort;
}

/** Reads the filter of an address. What is not a filter is dropped, so that a broken link shows a list. */
export function filterFromSearch(search: SearchRecord): TicketFilter {
  const day = (value: string | undefined) => (value && startOf(value) ? value : undefined);
  return compact({
    status: known(statuses, search.status),
    assigneeId: many(search.assigneeId),
    companyId: many(search.companyId),
    queueId: many(search.queueId),
    priority: known(priorities, search.priority),
    category: many(search.category),
    tag: many(search.tag),
    deviceId: many(search.deviceId),
    requesterId: many(search.requesterId),
    watcherId: many(search.watcherId),
    createdFrom: day(one(search.createdFrom)),
    createdTo: day(one(search.createdTo)),
    resolvedFrom: day(one(search.resolvedFrom)),
    resolvedTo: day(one(search.resolvedTo)),
    q: one(search.q)?.trim(),
    sort: sorts.find((each) => each === one(search.sort)),
  });
}

/** What the API is asked with: days become moments of this computer's clock. */
export function filterToQuery(filter: TicketFilter): Query<"/api/tickets.csv"> {
  const from = (day: string | undefined) => day && startOf(day)?.toISOString();
  const to = (day: string | undefined) => day && startOf(day, 1)?.toISOString();
  return compact({
    ...filter,
    createdFrom: from(filter.createdFrom),
    createdTo: to(filter.createdTo),
    resolvedFrom: from(filter.resolvedFrom),
    resolvedTo: to(filter.resolvedTo),
  });
}

/** Where the same tickets are as one CSV. */
export function csvAddress(filter: TicketFilter): string {
  const params = new URLSearchParams();
  for (const [name, values] of Object.entries(filterToSaved(filter))) {
    for (const value of values) params.append(name, value);
  }
  return params.size > 0 ? `/api/tickets.csv?${params}` : "/api/tickets.csv";
}

/** A filter as the server keeps it for a person: names and values of the API's parameters. */
export type SavedFilter = Record<string, string[]>;

export function filterToSaved(filter: TicketFilter): SavedFilter {
  const entries = Object.entries(filterToQuery(filter)).map(([name, value]) => [name, [value].flat().map(String)]);
  return Object.fromEntries(entries);
}

/** The filter somebody saved; what this panel does not know of it is dropped. */
export function filterFromSaved(saved: SavedFilter): TicketFilter {
  const day = (moment: string | undefined, ago: number) => {
    const at = Date.parse(moment ?? "");
    return Number.isNaN(at) ? undefined : dayBefore(at, ago);
  };
  return filterFromSearch({
    ...saved,
    createdFrom: day(saved.createdFrom?.[0], 0),
    resolvedFrom: day(saved.resolvedFrom?.[0], 0),
    // The API excludes the moment it is given, the address includes the day.
    createdTo: day(saved.createdTo?.[0], 1),
    resolvedTo: day(saved.resolvedTo?.[0], 1),
  });
}

/** Whether two filters show the same tickets in the same order. */
export function sameFilter(one: TicketFilter, other: TicketFilter): boolean {
  const form = ({ sort = "newest", ...rest }: TicketFilter) =>
    JSON.stringify(Object.entries({ ...compact(rest), sort }).map(([name, value]) => [name, [value].flat().toSorted()]).toSorted());
  return form(one) === form(other);
}

/** Whether it lets through less than everything; the order does not count. */
export function isFiltered({ sort: _, ...filter }: TicketFilter): boolean {
  return Object.keys(compact(filter)).length > 0;
}

/** Whether nothing is said at all, not even the order. */
export function isBare(filter: TicketFilter): boolean {
  return Object.keys(compact(filter)).length === 0;
}

/** Without empty lists and texts: equal filters are then equal addresses and equal query keys. */
export function compact(filter: TicketFilter): TicketFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value.length > 0));
}

function known<T extends string>(allowed: readonly T[], value: unknown): T[] {
  const asked = many(value);
  return allowed.filter((each) => asked.includes(each));
}
