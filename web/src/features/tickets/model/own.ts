import type { Ticket, TicketStatus } from "@/api/types";
import { statuses } from "./filter";

/** Where a ticket stands for whoever asked: who has the next move. */
export type OwnState = "received" | "taken" | "worked" | "waitsForYou" | "paused" | "resolved";

export function ownState(ticket: Pick<Ticket, "status" | "assignee" | "pauseReason">): OwnState {
  switch (ticket.status) {
    case "resolved":
      return "resolved";
    case "paused":
      return ticket.pauseReason === "waiting_requester" ? "waitsForYou" : "paused";
    case "in_progress":
      return "worked";
    case "pending":
      return ticket.assignee ? "taken" : "received";
  }
}

/** Days in which whoever asked may reopen it. */
export const REOPEN_DAYS = 7;

/** Whether it was resolved so lately that it may be reopened. */
export function mayStillReopen(ticket: Pick<Ticket, "resolvedAt">, now: number): boolean {
  return ticket.resolvedAt !== null && now - Date.parse(ticket.resolvedAt) < REOPEN_DAYS * 86_400_000;
}

/** The lists of the portal, in their order. */
export const ownLists = ["all", "open", "resolved"] as const;
export type OwnList = (typeof ownLists)[number];

/** The statuses a list of the portal shows; undefined for every one. */
export function statusesOf(list: OwnList): TicketStatus[] | undefined {
  return list === "all" ? undefined : statuses.filter((status) => (status === "resolved") === (list === "resolved"));
}

/** The list that shows these statuses. */
export function listOf(shown: readonly TicketStatus[] | undefined): OwnList {
  if (!shown) return "all";
  return shown.includes("resolved") ? "resolved" : "open";
}
