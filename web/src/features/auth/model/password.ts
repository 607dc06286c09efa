import { ApiError } from "@/api/error";

/** The fewest characters of a password the server takes. */
export const SHORTEST_PASSWORD = 8;
/** The most characters of a password the server takes. */
export const LONGEST_PASSWORD = 128;

/**
 * Why the server refused a new password, sent as `field`: its length, or that everybody tries it first. Of these
 * two the text itself tells which.
 */
export function passwordFault(error: unknown, field: string, password: string): "length" | "common" | undefined {
  if (!(error instanceof ApiError) || !error.fields.has(field)) return undefined;
  // The server counts characters, `length` halves of some.
  const { length } = Array.from(password);
  return length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD ? "length" : "common";
}
