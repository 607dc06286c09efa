import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Ticket } from "@/api/types";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { RelativeTime } from "@/components/relative-time";
import { StatusBadge } from "@/components/status-badge";
import { cn } from "@/lib/cn";
import { useFlash } from "@/lib/use-flash";
import { useOwnStateText } from "../hooks/use-own-state-text";
import { ownState } from "../model/own";

/** One's own ticket in a list: what it is about, and who has the next move. */
export const OwnTicketRow = memo(function OwnTicketRow({ ticket }: { ticket: Ticket }) {
  const [flash, endFlash] = useFlash(ticket.version);
  const state = useOwnStateText()(ticket);
  return (
    <DataRow flash={flash} onFlashEnd={endFlash} className="flex-wrap gap-x-3 gap-y-1.5 py-3">
      <Link
        to="/chamados/$id"
        params={{ id: String(ticket.number) }}
        data-row
        data-testid="ticket-row"
        className={cn(rowLinkClass, "flex-1 text-base font-medium")}
      >
        {ticket.subject}
      </Link>
      <RelativeTime value={ticket.updatedAt} className="relative z-[1] shrink-0 text-xs text-ink-3 tabular-nums" />
      <span className="flex min-w-0 basis-full flex-wrap items-center gap-x-2.5 gap-y-1">
        <StatusBadge status={ticket.status} />
        <span data-testid="own-state" className={cn("min-w-0", ownState(ticket) === "waitsForYou" ? "font-medium" : "text-ink-2")}>
          {state}
        </span>
        <span className="ml-auto shrink-0 text-xs text-ink-3 tabular-nums">#{ticket.number}</span>
      </span>
    </DataRow>
  );
});
