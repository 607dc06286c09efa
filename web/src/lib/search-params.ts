/** The query part of an address as the router sees it: text, or several texts under one key. */
export type SearchRecord = Record<string, string | string[] | undefined>;

/** Reads `?status=pending&status=paused&q=vpn`. Keys that appear twice become lists. */
export function parseSearch(search: string): SearchRecord {
  const record: SearchRecord = {};
  for (const [key, value] of new URLSearchParams(search)) {
    const before = record[key];
    if (before === undefined) record[key] = value;
    else record[key] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return record;
}

/** Writes what `parseSearch` reads; empty values vanish, so that no filter is a clean address. */
export function stringifySearch(record: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(record)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null && item !== "") params.append(key, String(item));
    }
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** One text of a key that may have come once, several times or not at all. */
export function one(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}

/** All texts of a key, without doubles. */
export function many(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return [...new Set(items.filter((item): item is string => typeof item === "string" && item !== ""))];
}
