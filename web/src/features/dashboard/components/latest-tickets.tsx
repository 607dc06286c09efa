import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { StatusBadge } from "@/components/status-badge";
import { cn } from "@/lib/cn";
import { useFlash } from "@/lib/use-flash";

/** What to look at first: open tickets nobody has, oldest first; then the newest others. */
export function LatestTickets({ tickets }: { tickets: readonly Ticket[] }) {
  const { t } = useTranslation("dashboard");
  return (
    <Section
      title={t("latest.title")}
      action={
        <Button asChild variant="ghost" size="sm" className="text-accent-ink">
          <Link to="/chamados">{t("latest.all")}</Link>
        </Button>
      }
    >
      {tickets.length === 0 ? (
        <p className="text-sm text-ink-3">{t("latest.none")}</p>
      ) : (
        <ul aria-label={t("latest.title")} className="divide-y divide-line overflow-hidden rounded-md border border-line">
          {tickets.map((ticket) => (
            <LatestTicket key={ticket.id} ticket={ticket} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function LatestTicket({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("dashboard");
  const [flash, endFlash] = useFlash(ticket.version);
  const waiting = ticket.assignee === null && ticket.status !== "resolved";
  return (
    <DataRow
      flash={flash}
      onFlashEnd={endFlash}
      className="flex-wrap gap-x-3 gap-y-0.5 px-3 py-2 sm:h-10 sm:flex-nowrap sm:py-0 md:px-3"
    >
      <Link
        to="/chamados/$id"
        params={{ id: String(ticket.number) }}
        data-testid="latest-ticket"
        className={cn(rowLinkClass, "order-1 flex-1 sm:order-3", waiting && "font-medium")}
      >
        {ticket.subject}
      </Link>
      {/* Ends the phone's first line. */}
      <span className="order-3 h-0 basis-full sm:hidden" />
      <span className="order-4 shrink-0 sm:order-1 sm:w-30">
        <StatusBadge status={ticket.status} />
      </span>
      <span className="order-5 shrink-0 text-ink-3 tabular-nums sm:order-2 sm:w-12 sm:text-right">#{ticket.number}</span>
      <span className="order-6 min-w-0 flex-1 truncate text-ink-3 sm:order-4 sm:max-w-48 sm:flex-none">
        {ticket.requester.name}
      </span>
      <span className="order-7 flex shrink-0 sm:order-5">
        {ticket.assignee ? (
          <>
            <Avatar id={ticket.assignee.id} name={ticket.assignee.name} className="relative z-[1]" />
            <span className="sr-only">{t("latest.assignedTo", { name: ticket.assignee.name })}</span>
          </>
        ) : (
          <span className="size-5.5 rounded-full border border-dashed border-edge" title={t("latest.nobody")}>
            <span className="sr-only">{t("latest.nobody")}</span>
          </span>
        )}
      </span>
      <RelativeTime
        value={ticket.createdAt}
        className="relative z-[1] order-2 shrink-0 text-right text-xs text-ink-3 tabular-nums sm:order-6 sm:w-20"
      />
    </DataRow>
  );
}
