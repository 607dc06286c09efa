import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { useActorName } from "@/lib/use-actor-name";
import { ownState } from "../model/own";

/** Says to whoever asked where their ticket stands. */
export function useOwnStateText(): (ticket: Ticket) => string {
  const { t } = useTranslation("tickets");
  const nameOf = useActorName();
  return (ticket) => {
    const name = ticket.assignee ? nameOf({ kind: "user", ...ticket.assignee }) : t("own.support");
    return t(`own.state.${ownState(ticket)}`, { name });
  };
}
