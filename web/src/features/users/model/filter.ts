import type { Query, Role } from "@/api/types";
import { many, one, type SearchRecord } from "@/lib/search-params";

/** Kinds of accounts, besides all of them. */
export const kinds = ["person", "device"] as const;
export type Kind = (typeof kinds)[number];

export const roles = ["admin", "agent", "manager", "collaborator", "machine"] as const satisfies readonly Role[];
/** Roles of people. */
export const personRoles = roles.filter((role) => role !== "machine");

/** Which users a list shows. Lives in the address, under the names the API has. */
export interface UserFilter {
  kind?: Kind;
  role?: Role[];
  companyId?: string;
  q?: string;
}

/** Reads the filter of an address. What is not a filter is dropped, so that a broken link shows a list. */
export function filterFromSearch(search: SearchRecord): UserFilter {
  const asked = many(search.role);
  return compact({
    kind: kinds.find((kind) => kind === one(search.kind)),
    role: roles.filter((role) => asked.includes(role)),
    companyId: one(search.companyId),
    q: one(search.q)?.trim(),
  });
}

/** What the API is asked with. */
export function filterToQuery(filter: UserFilter): Query<"/api/admin/users"> {
  return { ...compact(filter) };
}

/** Whether anything besides the kind narrows the list. */
export function isNarrowed(filter: UserFilter): boolean {
  return Object.keys(compact({ ...filter, kind: undefined })).length > 0;
}

/** Without empty lists and texts; devices have one role, so none is asked of them. */
export function compact(filter: UserFilter): UserFilter {
  const { role, ...rest } = filter;
  const asked = filter.kind === "device" ? [] : role?.filter((each) => filter.kind !== "person" || each !== "machine");
  return Object.fromEntries(
    Object.entries({ ...rest, role: asked }).filter(([, value]) => value !== undefined && value.length > 0),
  );
}
