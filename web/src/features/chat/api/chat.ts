import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, idempotencyKey } from "@/api/client";
import { allPages } from "@/api/pages";
import type { Chat, ChatMessage, CurrentChat } from "@/api/types";
import { append, isComplete, lastSequence, type LiveChat, merge, noChat } from "../model/chat";

const PAGE = 100;
const chatKey = (ticketId: string) => ["tickets", "item", ticketId, "chat"] as const;

/** The open or last chat of a ticket. Only what is new since the last time is asked for. */
export const chatQuery = (ticketId: string) =>
  queryOptions({
    queryKey: chatKey(ticketId),
    queryFn: async ({ signal, client: queryClient }): Promise<LiveChat> => {
      let known = queryClient.getQueryData<LiveChat>(chatKey(ticketId)) ?? noChat;
      for (;;) {
        const query = { afterSequence: lastSequence(known.messages), pageSize: PAGE };
        const answer: CurrentChat = await body(
          client.GET("/api/tickets/{id}/chat", { params: { path: { id: ticketId }, query }, signal }),
        );
        const next = merge(known, answer);
        const stuck = next.chat?.id === known.chat?.id && next.messages.length === known.messages.length;
        if (isComplete(next) || stuck) return next;
        known = next;
      }
    },
  });

/** Every chat of a ticket, newest first. */
export const chatsQuery = (ticketId: string) =>
  queryOptions({
    queryKey: ["tickets", "item", ticketId, "chats"],
    queryFn: ({ signal }): Promise<Chat[]> =>
      allPages((query) => body(client.GET("/api/tickets/{id}/chats", { params: { path: { id: ticketId }, query }, signal }))),
  });

/** What was said in a chat that has ended. */
export const transcriptQuery = (chatId: string) =>
  queryOptions({
    queryKey: ["tickets", "transcript", chatId],
    queryFn: async ({ signal }): Promise<ChatMessage[]> => {
      let messages: ChatMessage[] = [];
      for (;;) {
        const query = { afterSequence: lastSequence(messages), pageSize: PAGE };
        const page = await body(
          client.GET("/api/chats/{id}/messages", { params: { path: { id: chatId }, query }, signal }),
        );
        const next = append(messages, page.items);
        if (next.length === messages.length || lastSequence(next) >= page.lastSequence) return next;
        messages = next;
      }
    },
  });

/** Opens a chat; where one is open already, it is that one. */
export function useStartChat(ticketId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(client.POST("/api/tickets/{id}/chat/start", { params: { path: { id: ticketId }, header: idempotencyKey() } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["tickets", "item", ticketId] }),
  });
}

/** Ends the chat that is told: by the time it is asked, another may be the ticket's newest. */
export function useEndChat(ticketId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (chatId: string) =>
      body(client.POST("/api/chats/{id}/end", { params: { path: { id: chatId }, header: idempotencyKey() } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["tickets", "item", ticketId] }),
  });
}

/**
 * Says something in the chat that is told: by the time it is said, another may be the ticket's newest. Settles when it
 * stands in the conversation. The key is the message's, so that pressing again says it once.
 */
export function useSendMessage(ticketId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ chatId, text, key }: { chatId: string; text: string; key: { "Idempotency-Key": string } }) =>
      body(
        client.POST("/api/chats/{id}/messages", { params: { path: { id: chatId }, header: key }, body: { body: text } }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: chatKey(ticketId) }),
    // That it was not said is told at once, whatever else there is to ask.
    onError: () => void queryClient.invalidateQueries({ queryKey: chatKey(ticketId) }),
  });
}

/** Notes how far one has read in a chat of the ticket. */
export function useMarkRead(ticketId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ chatId, sequence }: { chatId: string; sequence: number }): Promise<Chat> =>
      body(client.POST("/api/chats/{id}/read", { params: { path: { id: chatId } }, body: { sequence } })),
    onSuccess: (chat) =>
      queryClient.setQueryData<LiveChat>(chatKey(ticketId), (known) =>
        known?.chat?.id === chat.id ? { ...known, chat: { ...known.chat, readMarks: chat.readMarks } } : known,
      ),
  });
}
