import type { TicketFilter } from "./filter";

let last: TicketFilter = {};

/** Notes which list was looked at, so that the way back from a ticket leads to it and not to all tickets. */
export function rememberFilter(filter: TicketFilter): void {
  last = filter;
}

export function lastFilter(): TicketFilter {
  return last;
}
