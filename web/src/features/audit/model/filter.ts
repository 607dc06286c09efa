import type { Query } from "@/api/types";
import { startOf } from "@/lib/days";
import { one, type SearchRecord } from "@/lib/search-params";

/** Which entries the log shows. Lives in the address; `from` and `to` are days, both included. */
export interface AuditFilter {
  /** One action, or with a dot at the end all actions on a kind of record. */
  action?: string;
  actorId?: string;
  targetId?: string;
  from?: string;
  to?: string;
}

const ACTION = /^[a-z_]+\.[a-z_]*$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the filter of an address. What is not a filter is dropped, so that a broken link shows a list. */
export function filterFromSearch(search: SearchRecord): AuditFilter {
  const matching = (value: string | undefined, pattern: RegExp) => (value && pattern.test(value) ? value : undefined);
  const day = (value: string | undefined) => (value && startOf(value) ? value : undefined);
  return compact({
    action: matching(one(search.action), ACTION),
    actorId: matching(one(search.actorId), ID),
    targetId: one(search.targetId),
    from: day(one(search.from)),
    to: day(one(search.to)),
  });
}

/** What the API is asked with: days become moments of this computer's clock. */
export function filterToQuery({ from, to, ...rest }: AuditFilter): Query<"/api/admin/audit-log.csv"> {
  return {
    ...compact(rest),
    ...(from && { from: startOf(from)?.toISOString() }),
    ...(to && { to: startOf(to, 1)?.toISOString() }),
  };
}

/** Where the same entries are as one CSV. */
export function csvAddress(filter: AuditFilter): string {
  const params = new URLSearchParams(Object.entries(filterToQuery(filter)).map(([key, value]) => [key, String(value)]));
  return params.size > 0 ? `/api/admin/audit-log.csv?${params}` : "/api/admin/audit-log.csv";
}

export function isFiltered(filter: AuditFilter): boolean {
  return Object.keys(compact(filter)).length > 0;
}

/** Without what says nothing: equal filters are then equal addresses and equal query keys. */
export function compact(filter: AuditFilter): AuditFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}
