import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Fact } from "@/components/facts";
import { RelativeTime } from "@/components/relative-time";

/** When a ticket was opened, changed and resolved, among its facts. */
export function TicketTimes({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  return (
    <>
      <Fact label={t("field.created")}>
        <RelativeTime value={ticket.createdAt} />
      </Fact>
      <Fact label={t("field.updated")}>
        <RelativeTime value={ticket.updatedAt} />
      </Fact>
      {ticket.resolvedAt && (
        <Fact label={t("field.resolved")}>
          <RelativeTime value={ticket.resolvedAt} />
        </Fact>
      )}
    </>
  );
}
