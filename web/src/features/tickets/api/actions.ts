import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, idempotencyKey, ifMatch } from "@/api/client";
import { isStatus } from "@/api/error";
import type { PauseReason, Ticket, Visibility } from "@/api/types";
import type { components } from "@/api/gen/schema";
import { putTicket } from "./tickets";

type Changes = components["schemas"]["UpdateTicket"];

/** What one can do to a ticket, besides changing its facts. */
export type Action =
  | { verb: "assign"; assigneeId: string | null }
  | { verb: "start" }
  | { verb: "pause"; reason: PauseReason; note: string }
  | { verb: "resolve"; message: string; version: number }
  | { verb: "reopen"; reason: string };

function send(id: string, action: Action): Promise<Ticket> {
  const params = { path: { id }, header: idempotencyKey() };
  switch (action.verb) {
    case "assign":
      return body(client.POST("/api/tickets/{id}/assign", { params, body: { assigneeId: action.assigneeId } }));
    case "start":
      return body(client.POST("/api/tickets/{id}/start", { params, body: {} }));
    case "pause":
      return body(
        client.POST("/api/tickets/{id}/pause", { params, body: { reason: action.reason, note: action.note } }),
      );
    case "resolve":
      return body(
        client.POST("/api/tickets/{id}/resolve", { params, body: { message: action.message, version: action.version } }),
      );
    case "reopen":
      return body(client.POST("/api/tickets/{id}/reopen", { params, body: { reason: action.reason } }));
  }
}

/** The ticket's story and the lists it may now belong to, or not. */
async function refresh(queryClient: QueryClient, ticket: Ticket): Promise<void> {
  putTicket(queryClient, ticket);
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["tickets", "item", ticket.id], predicate: (query) => query.queryKey.length > 3 }),
    queryClient.invalidateQueries({ queryKey: ["tickets", "list"], refetchType: "active" }),
  ]);
}

/** Does something to a ticket; afterwards everything shown of it is fresh, also when it was refused. */
export function useTicketAction(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (action: Action) => send(id, action),
    onSuccess: (ticket) => void refresh(queryClient, ticket),
    onError: (error) => {
      // Somebody was faster: show how things stand, so that the words of the refusal make sense.
      if (isStatus(error, 409) || isStatus(error, 412)) void queryClient.invalidateQueries({ queryKey: ["tickets"] });
    },
  });
}

/** Changes facts, based on what was read at `version`; a stale one is refused with 412. */
export function useUpdateTicket(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ version, changes }: { version: number; changes: Changes }): Promise<Ticket> =>
      body(client.PATCH("/api/tickets/{id}", { params: { path: { id }, header: ifMatch(version) }, body: changes })),
    onSuccess: (ticket) => void refresh(queryClient, ticket),
  });
}

export type { Changes as TicketChanges };

export function useAddComment(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (comment: { body: string; visibility: Visibility; attachmentIds: string[] }) =>
      body(client.POST("/api/tickets/{id}/comments", { params: { path: { id }, header: idempotencyKey() }, body: comment })),
    // Awaited, so that the composer empties when the comment stands above it, not before.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["tickets", "item", id] }),
  });
}

export interface NewTicket {
  subject: string;
  description: string;
  queueId: string | null;
  companyId: string | null;
  requesterId: string | null;
  deviceId: string | null;
  priority: Ticket["priority"];
  attachmentIds: string[];
  category: string | null;
  tags: string[];
}

export function useCreateTicket() {
  const queryClient = useQueryClient();
  return useMutation({
    // The key is the form's, not the attempt's: pressing again after a lost answer opens no second ticket.
    mutationFn: ({ ticket, key }: { ticket: NewTicket; key: { "Idempotency-Key": string } }): Promise<Ticket> =>
      body(client.POST("/api/tickets", { params: { header: key }, body: ticket })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["tickets", "list"] }),
  });
}
