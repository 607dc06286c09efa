import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { IconButton } from "@/components/icon-button";
import { Skeleton } from "@/components/skeleton";
import { useMe } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { useShortcuts } from "@/lib/shortcuts";
import { toastFailed } from "@/lib/toast";
import { chatQuery, chatsQuery, transcriptQuery, useEndChat } from "../api/chat";
import { useChatPanel } from "../hooks/use-chat-panel";
import { maySteer } from "../model/chat";
import { ChatHistory } from "./chat-history";
import { ChatMessages } from "./chat-messages";
import { CurrentChat } from "./current-chat";

/** The chat beside the ticket, or before it on a phone: the one going on, the last one, or an earlier one. */
export function ChatPanel({ ticket }: { ticket: Ticket }) {
  const { shown } = useChatPanel();
  return shown && <Panel ticket={ticket} earlier={shown === "current" ? undefined : shown.chatId} />;
}

function Panel({ ticket, earlier }: { ticket: Ticket; earlier: string | undefined }) {
  const { t } = useTranslation("chat");
  const { show } = useChatPanel();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // Unless what one writes in has taken it.
    if (!panel.current?.contains(document.activeElement)) panel.current?.focus();
  }, []);
  useShortcuts({ close: () => show(null) });
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={t("title")}
      data-testid="chat-panel"
      className="fixed inset-0 z-30 flex animate-appear flex-col bg-surface focus:outline-none lg:static lg:z-auto lg:w-96 lg:shrink-0 lg:border-l lg:border-line"
    >
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4">
        {earlier && (
          <IconButton label={t("backToCurrent")} size="icon-sm" className="-ml-1.5" onClick={() => show("current")}>
            <ArrowLeft aria-hidden />
          </IconButton>
        )}
        <h2 className="text-sm font-medium">{t(earlier ? "earlierOne" : "title")}</h2>
        <div className="ml-auto flex items-center gap-1">
          {!earlier && <End ticket={ticket} />}
          <ChatHistory ticketId={ticket.id} />
          <IconButton label={t("hide")} size="icon-sm" className="-mr-1.5" onClick={() => show(null)}>
            <X aria-hidden />
          </IconButton>
        </div>
      </header>
      {earlier ? <Transcript key={earlier} ticketId={ticket.id} chatId={earlier} /> : <CurrentChat ticket={ticket} />}
    </aside>
  );
}

function End({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("chat");
  const { user } = useMe();
  const describe = useErrorText();
  const { data: live } = useQuery(chatQuery(ticket.id));
  const end = useEndChat(ticket.id);
  const chat = live?.chat;
  if (!chat || chat.end !== null || !maySteer(user, ticket)) return null;
  return (
    <Button
      size="sm"
      busy={end.isPending}
      onClick={() => end.mutate(chat.id, { onError: (error) => toastFailed(describe(error)) })}
    >
      {t("end.action")}
    </Button>
  );
}

function Transcript({ ticketId, chatId }: { ticketId: string; chatId: string }) {
  const chats = useQuery(chatsQuery(ticketId));
  const messages = useQuery(transcriptQuery(chatId));
  const chat = chats.data?.find((each) => each.id === chatId);
  const failed = messages.isError ? messages : chats.isError ? chats : undefined;
  if (failed) return <ErrorState error={failed.error} retry={() => void failed.refetch()} />;
  if (!chat || !messages.data) return <ChatSkeleton />;
  return <ChatMessages chat={chat} messages={messages.data} />;
}

export function ChatSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="flex flex-col gap-3 p-4">
      <Skeleton className="h-9 w-2/3" />
      <Skeleton className="ml-auto h-9 w-1/2" />
      <Skeleton className="h-9 w-3/5" />
    </div>
  );
}
