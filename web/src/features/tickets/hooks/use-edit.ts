import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isStatus } from "@/api/error";
import type { Ticket } from "@/api/types";
import { useErrorText } from "@/lib/error-text";
import { toastFailed } from "@/lib/toast";
import { type TicketChanges, useUpdateTicket } from "../api/actions";
import { ticketQuery } from "../api/tickets";
import { changedFacts, type FactName } from "../model/conflict";

/** A save that was refused because somebody else had saved in between. */
export interface Conflict {
  before: Ticket;
  now: Ticket;
  changed: FactName[];
  changes: TicketChanges;
}

/**
 * Saves facts of a ticket on top of the version the editing began with. When that one is stale, what was
 * typed is kept and the conflict is told; a version that moved on without any fact changing (a comment
 * came) is no conflict, and the save is repeated on top of it.
 */
export function useEdit(ticketId: string) {
  const { t } = useTranslation("tickets");
  const queryClient = useQueryClient();
  const describe = useErrorText();
  const update = useUpdateTicket(ticketId);
  const [conflict, setConflict] = useState<Conflict>();

  const save = async (before: Ticket, changes: TicketChanges): Promise<Ticket | undefined> => {
    try {
      const saved = await update.mutateAsync({ version: before.version, changes });
      setConflict(undefined);
      return saved;
    } catch (error) {
      if (!isStatus(error, 412)) {
        toastFailed(describe(error));
        return undefined;
      }
    }
    try {
      const now = await queryClient.fetchQuery({ ...ticketQuery(ticketId), staleTime: 0 });
      const changed = changedFacts(before, now);
      if (changed.length === 0 && now.version !== before.version) return await save(now, changes);
      setConflict({ before, now, changed, changes });
    } catch {
      toastFailed(t("conflict.unreadable"));
    }
    return undefined;
  };
  return { save, busy: update.isPending, conflict, dropConflict: () => setConflict(undefined) };
}
