import type { Ticket, WorkSession } from "@/api/types";

/** Time worked on a ticket up to `now` (milliseconds), the running session included, in seconds. */
export function workedSeconds(ticket: Pick<Ticket, "workedSeconds" | "workingSince">, now: number): number {
  return ticket.workedSeconds + (ticket.workingSince ? since(ticket.workingSince, now) : 0);
}

/** How long a session lasted, or has lasted up to `now` when it is open, in seconds. */
export function sessionSeconds(session: Pick<WorkSession, "startedAt" | "endedAt">, now: number): number {
  return since(session.startedAt, session.endedAt ? new Date(session.endedAt).getTime() : now);
}

/** Never negative: this computer's clock may be behind the server's. */
function since(start: string, end: number): number {
  return Math.max(0, (end - new Date(start).getTime()) / 1000);
}
