import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { DataRow } from "@/components/data-list";
import { PresenceDot } from "@/components/presence-dot";
import { RelativeTime } from "@/components/relative-time";
import { StatusBadge } from "@/components/status-badge";
import type { RowPlace } from "@/components/virtual-list";
import { cn } from "@/lib/cn";
import { useFlash } from "@/lib/use-flash";
import { PriorityIcon } from "./priority-icon";

interface TicketRowProps {
  ticket: Ticket;
  selected?: boolean;
  /** Offers to select it; with `range` all from the one selected before. */
  onSelect?: (id: string, range: boolean) => void;
  place?: RowPlace;
}

/** A ticket as one line; two on a phone. All of it leads to the ticket. */
export const TicketRow = memo(function TicketRow({ ticket, selected, onSelect, place }: TicketRowProps) {
  const { t } = useTranslation("tickets");
  const [flash, endFlash] = useFlash(ticket.version);
  // Nobody has taken it yet: what a reader of the list looks for.
  const waiting = ticket.status === "pending" && !ticket.assignee;
  return (
    <DataRow
      place={place}
      flash={flash}
      onFlashEnd={endFlash}
      className={cn(selected && "bg-accent-soft hover:bg-accent-soft", "group/row flex-wrap gap-x-3 gap-y-0.5 py-2 md:h-10 md:flex-nowrap md:py-0")}
    >
      {onSelect && (
        // Wider than the box: a finger must hit it and not the row.
        <label className="relative z-[2] order-first -my-2 -ml-4 flex cursor-pointer items-center self-stretch py-2 pr-1 pl-4 md:-ml-5 md:pl-5">
          <input
            type="checkbox"
            data-select
            checked={selected ?? false}
            aria-label={t("list.select", { number: ticket.number })}
            onChange={(event) => onSelect(ticket.id, (event.nativeEvent as MouseEvent).shiftKey)}
            className="size-4 accent-accent"
          />
        </label>
      )}
      <span className="order-1 flex min-w-0 flex-1 items-center gap-2 md:order-3">
        <PriorityIcon priority={ticket.priority} named />
        <Link
          to="/chamados/$id"
          params={{ id: String(ticket.number) }}
          data-row
          data-testid="ticket-row"
          className={cn(
            "truncate after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent",
            waiting && "font-medium",
          )}
        >
          {ticket.subject}
        </Link>
        {ticket.tags.length > 0 && (
          <span className="hidden min-w-0 shrink-[2] truncate text-xs text-ink-3 xl:inline">{ticket.tags.join(" · ")}</span>
        )}
      </span>
      {/* Ends the phone's first line. */}
      <span className="order-3 h-0 basis-full md:hidden" />
      <span className="order-4 shrink-0 md:order-1 md:w-30">
        <StatusBadge status={ticket.status} />
      </span>
      <span className="order-5 shrink-0 text-ink-3 tabular-nums md:order-2 md:w-12 md:text-right">#{ticket.number}</span>
      <span className="order-6 min-w-0 flex-1 truncate text-ink-3 md:order-4 md:max-w-64 md:flex-[0_1_16rem]">
        {ticket.requester.name}
        {ticket.company && ` · ${ticket.company.name}`}
      </span>
      <span className="relative z-[1] order-7 flex w-3 shrink-0 justify-center md:order-5">
        {ticket.device && <PresenceDot presence={ticket.device.presence} />}
      </span>
      <span className="order-6 hidden w-24 shrink-0 truncate text-ink-3 lg:block">{ticket.queue.name}</span>
      <span className="order-8 flex w-6 shrink-0 justify-center md:order-7">
        {ticket.assignee ? (
          <>
            <Avatar id={ticket.assignee.id} name={ticket.assignee.name} className="relative z-[1]" />
            <span className="sr-only">{t("assignedTo", { name: ticket.assignee.name })}</span>
          </>
        ) : (
          <span className="relative z-[1] size-5.5 rounded-full border border-dashed border-edge" title={t("nobody")}>
            <span className="sr-only">{t("nobody")}</span>
          </span>
        )}
      </span>
      <RelativeTime
        value={ticket.createdAt}
        className="relative z-[1] order-2 shrink-0 text-right text-xs text-ink-3 tabular-nums md:order-8 md:w-20"
      />
    </DataRow>
  );
});
