import { queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import type { Draft, DraftKind, Visibility } from "@/api/types";

/** What is kept of something begun. */
export interface DraftContent {
  body: string;
  visibility: Visibility | null;
  subject: string;
  baseVersion: number;
}

/** Saves under way: who reads drafts waits for them, so that nobody is shown what they have typed over. */
const underway = new Set<Promise<unknown>>();

/** One's own drafts on a ticket. No change of the ticket touches them, so no signal does. */
export const draftsQuery = (ticketId: string) =>
  queryOptions({
    queryKey: ["drafts", "item", ticketId],
    queryFn: async ({ signal }): Promise<Draft[]> => {
      await Promise.allSettled(underway);
      return (await body(client.GET("/api/tickets/{id}/drafts", { params: { path: { id: ticketId } }, signal }))).items;
    },
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

/** Saves a draft over the one before; null throws it away. It is sent even when the page is being left. */
export async function sendDraft(ticketId: string, kind: DraftKind, content: DraftContent | null): Promise<void> {
  const params = { path: { id: ticketId, kind } };
  // Browsers send at most 64 KiB after the page is gone, and refuse longer ones at once.
  const keepalive = (content?.body.length ?? 0) < 30_000;
  const path = "/api/tickets/{id}/drafts/{kind}";
  const sending =
    content === null
      ? client.DELETE(path, { params, keepalive })
      : client.PUT(path, { params, body: content, keepalive });
  underway.add(sending);
  try {
    await sending;
  } finally {
    underway.delete(sending);
  }
}
