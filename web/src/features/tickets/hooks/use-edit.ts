import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isStatus } from "@/api/error";
import type { Ticket, TimelineEntry } from "@/api/types";
import { useMe } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastFailed } from "@/lib/toast";
import { type TicketChanges, useUpdateTicket } from "../api/actions";
import { ticketQuery, timelineQuery } from "../api/tickets";
import { changesSince, isOwn } from "../model/conflict";

/** A save that was refused because somebody else had saved in between. */
export interface Conflict {
  /** The ticket as it is now. */
  now: Ticket;
  /** What was done to it since the editing began, oldest first. */
  since: TimelineEntry[];
}

/**
 * Asks what became of a ticket since a version of it. What one did oneself meanwhile, to other fields than these,
 * is no conflict: then it answers with the ticket, to save on top of. Otherwise the conflict is told, and it
 * answers with nothing.
 */
export function useConflict(ticketId: string) {
  const { t } = useTranslation("tickets");
  const { user } = useMe();
  const queryClient = useQueryClient();
  const [conflict, setConflict] = useState<Conflict>();
  const look = async (version: number, fields: readonly string[] = []): Promise<Ticket | undefined> => {
    try {
      const [now, timeline] = await Promise.all([
        queryClient.fetchQuery({ ...ticketQuery(ticketId), staleTime: 0 }),
        queryClient.fetchQuery({ ...timelineQuery(ticketId), staleTime: 0 }),
      ]);
      const since = changesSince(timeline, version);
      if (now.version > version && isOwn(since, user.id, fields)) return now;
      setConflict({ now, since });
    } catch {
      toastFailed(t("conflict.unreadable"));
    }
    return undefined;
  };
  return { conflict, look, drop: () => setConflict(undefined) };
}

/**
 * Saves facts of a ticket on top of the version the editing began with. When that one is stale, what was
 * typed is kept and the conflict is told.
 */
export function useEdit(ticketId: string) {
  const describe = useErrorText();
  const update = useUpdateTicket(ticketId);
  const { conflict, look, drop } = useConflict(ticketId);

  const save = async (before: { version: number }, changes: TicketChanges): Promise<Ticket | undefined> => {
    try {
      const saved = await update.mutateAsync({ version: before.version, changes });
      drop();
      return saved;
    } catch (error) {
      if (!isStatus(error, 412)) {
        toastFailed(describe(error));
        return undefined;
      }
    }
    const now = await look(before.version, Object.keys(changes));
    return now && (await save(now, changes));
  };
  return { save, busy: update.isPending, conflict, dropConflict: drop };
}
