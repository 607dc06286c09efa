import { useState } from "react";
import { idempotencyKey } from "@/api/client";
import { useSendMessage } from "../api/chat";

/** A message on its way. */
export interface Outgoing {
  chatId: string;
  key: { "Idempotency-Key": string };
  text: string;
  failed: boolean;
}

/** Messages shown at once while they are on their way, and sent again when the way was broken. */
export function useOutbox(ticketId: string) {
  const { mutateAsync } = useSendMessage(ticketId);
  const [outgoing, setOutgoing] = useState<Outgoing[]>([]);
  const drop = (message: Outgoing) => setOutgoing((all) => all.filter((each) => each.key !== message.key));
  const deliver = async (message: Outgoing) => {
    try {
      await mutateAsync(message);
      drop(message);
    } catch (error) {
      setOutgoing((all) => all.map((each) => (each.key === message.key ? { ...each, failed: true } : each)));
      throw error;
    }
  };
  return {
    outgoing,
    send: (chatId: string, text: string) => {
      const message = { chatId, key: idempotencyKey(), text, failed: false };
      setOutgoing((all) => [...all, message]);
      return deliver(message);
    },
    /** In the chat it was for, as the same message; in another, opened since, as a new one. */
    sendAgain: (message: Outgoing, chatId: string) => {
      const again = message.chatId === chatId ? { ...message, failed: false } : { ...message, chatId, key: idempotencyKey(), failed: false };
      setOutgoing((all) => all.map((each) => (each.key === message.key ? again : each)));
      return deliver(again);
    },
    discard: drop,
  };
}
