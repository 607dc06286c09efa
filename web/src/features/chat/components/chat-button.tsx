import { useQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { Tooltip } from "@/components/tooltip";
import { useCan, useMe } from "@/features/auth/api/session";
import { ariaKeys, useShortcuts } from "@/lib/shortcuts";
import { chatQuery } from "../api/chat";
import { useChatPanel } from "../hooks/use-chat-panel";
import { noChat, unread } from "../model/chat";

/** Opens and closes the chat beside the ticket; says whether one is going on, and how much of it is unread. */
export function ChatButton({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("chat");
  const { user } = useMe();
  const mayChat = useCan("tickets.comment");
  const { shown, show } = useChatPanel();
  const { data: live = noChat } = useQuery(chatQuery(ticket.id));
  const toggle = () => show(shown ? null : "current");
  useShortcuts({ chat: toggle }, mayChat);
  if (!mayChat && !live.chat) return null;
  const open = live.chat !== null && live.chat.end === null;
  const count = unread(live, user.id);
  return (
    <Tooltip label={t(open ? "open" : "title")} shortcut="chat">
      <Button
        data-testid="chat-button"
        aria-pressed={shown !== null}
        aria-keyshortcuts={ariaKeys("chat")}
        onClick={toggle}
        className={shown ? "bg-active" : undefined}
      >
        <span className="relative">
          <MessagesSquare aria-hidden />
          {open && <span aria-hidden className="absolute -top-0.5 -right-0.5 size-2 rounded-full bg-resolved-ink ring-2 ring-surface" />}
        </span>
        <span className="max-sm:sr-only">{t("action")}</span>
        {open && <span className="sr-only">{t("goingOn")}</span>}
        {count > 0 && (
          <span data-testid="chat-unread" className="min-w-4.5 rounded-full bg-accent px-1 text-center text-xs text-on-accent tabular-nums">
            <span aria-hidden>{count > 99 ? "99+" : count}</span>
            <span className="sr-only">{t("unread", { count })}</span>
          </span>
        )}
      </Button>
    </Tooltip>
  );
}
