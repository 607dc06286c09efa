import type { Ticket } from "@/api/types";

export const facts = [
  "subject",
  "description",
  "status",
  "priority",
  "queue",
  "assignee",
  "requester",
  "company",
  "device",
] as const satisfies readonly (keyof Ticket)[];
export type FactName = (typeof facts)[number];

/** Which facts of a ticket differ between what somebody started from and what is there now. */
export function changedFacts(before: Ticket, now: Ticket): FactName[] {
  return facts.filter((fact) => identity(before[fact]) !== identity(now[fact]));
}

/** A reference is the same thing while its id is, whatever it is called. */
function identity(value: Ticket[FactName]): string | null {
  return typeof value === "object" ? (value?.id ?? null) : (value ?? null);
}
