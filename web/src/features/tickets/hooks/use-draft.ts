import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { ApiError } from "@/api/error";
import type { DraftKind } from "@/api/types";
import { useMe } from "@/features/auth/api/session";
import { useSession } from "@/features/auth/hooks/session-guard";
import { type DraftContent, draftsQuery, sendDraft } from "../api/drafts";
import { DraftSaver } from "../model/draft-saver";
import { Unsaved } from "../model/unsaved";

/**
 * What one has begun to write on a ticket: as it was left, wherever that was, until one types here; then
 * what is typed, saved as it is. Nobody else's change touches it. What could not be saved before the page was
 * gone is gone on with when its writer is back in this tab.
 */
export function useDraft(ticketId: string, kind: DraftKind) {
  const { data, isPending } = useQuery(draftsQuery(ticketId));
  const { user } = useMe();
  const [unsaved] = useState(() => new Unsaved<DraftContent>(user.id, ticketId, kind));
  const [left] = useState(() => unsaved.get());
  const [typed, setTyped] = useState<{ content: DraftContent | null } | undefined>(left && { content: left });
  const [saver] = useState(() => {
    const send = async (content: DraftContent | null) => {
      await sendDraft(ticketId, kind, content);
      if (content) unsaved.drop(content);
    };
    return new DraftSaver<DraftContent>(send, isFinal);
  });
  const { ended } = useSession();
  const state = useSyncExternalStore(saver.subscribe, saver.state);
  useEffect(() => {
    const leave = () => void saver.flush();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [saver]);
  useEffect(() => {
    if (left) saver.write(left);
  }, [saver, left]);
  // Signed in again, what was refused meanwhile is saved after all.
  useEffect(() => {
    if (!ended) void saver.flush();
  }, [ended, saver]);
  const kept = data?.find((draft) => draft.kind === kind);
  return {
    /** Undefined when nothing is begun, or when it is not known yet. */
    content: typed ? (typed.content ?? undefined) : kept,
    pending: isPending && !typed,
    state,
    write: (content: DraftContent) => {
      setTyped({ content });
      unsaved.keep(content);
      saver.write(content);
    },
    /** What was begun is sent, or given up. */
    discard: () => {
      setTyped({ content: null });
      unsaved.clear();
      void saver.discard();
    },
  };
}

/** Refusals that sending again cannot change by itself: signed out, or the ticket is out of sight. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && [400, 401, 403, 404, 413].includes(error.status);
}
