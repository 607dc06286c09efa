import type { Presence, Query } from "@/api/types";
import { many, one, type SearchRecord, stringifySearch } from "@/lib/search-params";

export const presences = ["online", "stale", "offline", "unstable", "unknown"] as const satisfies readonly Presence[];

/** Which devices a list shows. Lives in the address, under the names the API has. */
export interface DeviceFilter {
  companyId?: string;
  q?: string;
  presence?: Presence[];
}

/** Reads the filter of an address. What is not a filter is dropped, so that a broken link shows a list. */
export function filterFromSearch(search: SearchRecord): DeviceFilter {
  const asked = many(search.presence);
  return compact({
    companyId: one(search.companyId),
    q: one(search.q)?.trim(),
    presence: presences.filter((each) => asked.includes(each)),
  });
}

/** What the API is asked with. */
export function filterToQuery(filter: DeviceFilter): Query<"/api/admin/devices.csv"> {
  return { ...compact(filter) };
}

/** Where the same devices are as one CSV. */
export function csvAddress(filter: DeviceFilter): string {
  return `/api/admin/devices.csv${stringifySearch({ ...filterToQuery(filter) })}`;
}

export function isFiltered(filter: DeviceFilter): boolean {
  return Object.keys(compact(filter)).length > 0;
}

/** Without empty lists and texts: equal filters are then equal addresses and equal query keys. */
export function compact(filter: DeviceFilter): DeviceFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value.length > 0));
}
