import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Fact, Facts } from "@/components/facts";
import { PresenceDot } from "@/components/presence-dot";
import { TicketTimes } from "./ticket-times";

/** What whoever asked wants to know of their ticket beside its conversation. */
export function OwnTicketFacts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const { device, assignee } = ticket;
  return (
    <section aria-label={t("facts.title")}>
      <Facts>
        <Fact label={t("own.assignee")}>{assignee?.name || <span className="text-ink-3">{t("own.nobodyYet")}</span>}</Fact>
        <Fact label={t("own.device")}>
          {device ? (
            <Link
              to="/dispositivos/$id"
              params={{ id: device.id }}
              className="flex min-w-0 items-center gap-2 rounded-sm text-accent-ink underline-offset-2 hover:underline"
            >
              <PresenceDot presence={device.presence} />
              <span className="min-w-0 wrap-anywhere">{device.name}</span>
            </Link>
          ) : (
            t("noDevice")
          )}
        </Fact>
        <TicketTimes ticket={ticket} />
      </Facts>
    </section>
  );
}
