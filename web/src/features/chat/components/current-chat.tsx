import { useQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { useMe } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastFailed } from "@/lib/toast";
import { chatQuery, useMarkRead, useStartChat } from "../api/chat";
import { useOutbox } from "../hooks/use-outbox";
import { type LiveChat, lastSequence, maySteer, readTo } from "../model/chat";
import { ChatComposer } from "./chat-composer";
import { ChatMessages } from "./chat-messages";
import { ChatSkeleton } from "./chat-panel";

/** The chat going on, where one writes; or the last one, and the way to a new one. */
export function CurrentChat({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("chat");
  const describe = useErrorText();
  const live = useQuery(chatQuery(ticket.id));
  const { outgoing, send, sendAgain, discard } = useOutbox(ticket.id);
  useReading(ticket.id, live.data);
  if (live.isError && !live.data) return <ErrorState error={live.error} retry={() => void live.refetch()} />;
  if (!live.data) return <ChatSkeleton />;
  const { chat, messages } = live.data;
  if (!chat) {
    return (
      <EmptyState
        icon={MessagesSquare}
        title={t("empty.title")}
        description={t("empty.description")}
        action={<Start ticket={ticket} />}
      />
    );
  }
  return (
    <>
      <ChatMessages
        chat={chat}
        messages={messages}
        outgoing={outgoing}
        live
        onRetry={(message) => void sendAgain(message, chat.id).catch((error: unknown) => toastFailed(describe(error)))}
        onDiscard={discard}
      />
      {chat.end === null ? (
        <ChatComposer key={chat.id} ticketId={ticket.id} send={(text) => send(chat.id, text)} />
      ) : (
        <div className="flex justify-center border-t border-line p-3">
          <Start ticket={ticket} />
        </div>
      )}
    </>
  );
}

/** The way to a new chat, for those who may open one. */
function Start({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("chat");
  const { user } = useMe();
  const describe = useErrorText();
  const start = useStartChat(ticket.id);
  if (ticket.status === "resolved") return <p className="text-sm text-ink-3">{t("start.resolved")}</p>;
  if (!maySteer(user, ticket)) return <p className="text-sm text-ink-3">{t("start.notYours")}</p>;
  return (
    <Button
      variant="primary"
      busy={start.isPending}
      onClick={() => start.mutate(undefined, { onError: (error) => toastFailed(describe(error)) })}
    >
      {t("start.action")}
    </Button>
  );
}

/** Notes how far one has read, while the page is in sight. */
function useReading(ticketId: string, live: LiveChat | undefined): void {
  const { user } = useMe();
  const { mutate } = useMarkRead(ticketId);
  const inSight = useInSight();
  const last = live ? lastSequence(live.messages) : 0;
  const chatId = live?.chat?.id;
  const read = live?.chat ? readTo(live.chat, user.id) : 0;
  useEffect(() => {
    if (chatId && inSight && last > read) mutate({ chatId, sequence: last });
  }, [chatId, inSight, last, read, mutate]);
}

function useInSight(): boolean {
  const [inSight, setInSight] = useState(() => document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setInSight(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return inSight;
}
