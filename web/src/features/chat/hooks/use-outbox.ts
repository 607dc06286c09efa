import { useCallback, useState } from "react";
import { idempotencyKey } from "@/api/client";
import { useSendMessage } from "../api/chat";

/** A message on its way. */
export interface Outgoing {
  key: { "Idempotency-Key": string };
  text: string;
  failed: boolean;
}

/** Messages shown at once while they are on their way, and sent again when the way was broken. */
export function useOutbox(ticketId: string) {
  const { mutateAsync } = useSendMessage(ticketId);
  const [outgoing, setOutgoing] = useState<Outgoing[]>([]);
  const send = useCallback(
    async (text: string, again?: Outgoing) => {
      const message = again ?? { key: idempotencyKey(), text, failed: false };
      const mark = (failed: boolean) =>
        setOutgoing((all) => all.map((each) => (each.key === message.key ? { ...each, failed } : each)));
      if (again) mark(false);
      else setOutgoing((all) => [...all, message]);
      try {
        await mutateAsync({ text: message.text, key: message.key });
        setOutgoing((all) => all.filter((each) => each.key !== message.key));
      } catch (error) {
        mark(true);
        throw error;
      }
    },
    [mutateAsync],
  );
  const discard = useCallback((message: Outgoing) => setOutgoing((all) => all.filter((each) => each.key !== message.key)), []);
  return { outgoing, send, discard };
}
