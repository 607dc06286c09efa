import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { FormError } from "@/components/form-error";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { StatusBadge } from "@/components/status-badge";
import { useFlash } from "@/lib/use-flash";
import { deviceTicketsQuery } from "../api/devices";

/** The newest tickets of a device; their number leads to all of them. */
export function DeviceTickets({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation("devices");
  const tickets = useQuery(deviceTicketsQuery(deviceId));
  const total = tickets.data?.total ?? 0;
  return (
    <Section
      title={t("tickets.title")}
      action={
        total > 0 && (
          <Button asChild variant="ghost" size="sm" className="text-accent-ink">
            <Link to="/chamados" search={{ deviceId: [deviceId] }}>
              {t("tickets.all", { count: total })}
            </Link>
          </Button>
        )
      }
    >
      {tickets.isPending && <Skeleton className="h-10 w-full" />}
      {tickets.isError && <FormError error={tickets.error} />}
      {tickets.isSuccess && total === 0 && <p className="text-sm text-ink-3">{t("tickets.none")}</p>}
      {total > 0 && (
        <ul className="divide-y divide-line overflow-hidden rounded-md border border-line">
          {tickets.data?.items.map((ticket) => (
            <TicketItem key={ticket.id} ticket={ticket} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function TicketItem({ ticket }: { ticket: Ticket }) {
  const [flash, endFlash] = useFlash(ticket.version);
  return (
    <DataRow flash={flash} onFlashEnd={endFlash} className="px-3 md:px-3">
      <span className="shrink-0 sm:w-30">
        <StatusBadge status={ticket.status} />
      </span>
      <span className="hidden w-10 shrink-0 text-right text-ink-3 tabular-nums sm:inline">#{ticket.number}</span>
      <Link to="/chamados/$id" params={{ id: String(ticket.number) }} className={`${rowLinkClass} flex-1`}>
        {ticket.subject}
      </Link>
      <RelativeTime value={ticket.createdAt} className="relative z-[1] shrink-0 text-xs text-ink-3 tabular-nums" />
    </DataRow>
  );
}
