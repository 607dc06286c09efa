import type { InviteState } from "@/api/types";
import { one, type SearchRecord } from "@/lib/search-params";

export const inviteStates = ["pending", "expired", "accepted", "revoked"] as const satisfies readonly InviteState[];

/** Which invites a list shows. Lives in the address, under the names the API has. */
export interface InviteFilter {
  state?: InviteState;
  q?: string;
}

/** Reads the filter of an address; what is none is dropped. */
export function inviteFilterFromSearch(search: SearchRecord): InviteFilter {
  return compactInvites({
    state: inviteStates.find((state) => state === one(search.state)),
    q: one(search.q)?.trim(),
  });
}

/** Without what is empty. */
export function compactInvites(filter: InviteFilter): InviteFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ""));
}
