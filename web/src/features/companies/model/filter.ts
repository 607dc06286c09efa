import { one, type SearchRecord } from "@/lib/search-params";

/** Which companies a list shows. Lives in the address. */
export interface CompanyFilter {
  q?: string;
}

/** Reads the filter of an address. */
export function filterFromSearch(search: SearchRecord): CompanyFilter {
  const q = one(search.q)?.trim();
  return q ? { q } : {};
}
