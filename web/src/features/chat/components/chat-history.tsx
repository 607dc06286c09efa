import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/popover";
import { formatDateTime } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useActorName } from "@/lib/use-actor-name";
import { chatsQuery } from "../api/chat";
import { useChatPanel } from "../hooks/use-chat-panel";

/** The ticket's earlier chats, each a transcript to read. Not there while there is but one. */
export function ChatHistory({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation("chat");
  const locale = useLocale();
  const nameOf = useActorName();
  const { show } = useChatPanel();
  const [open, setOpen] = useState(false);
  const { data: chats = [] } = useQuery(chatsQuery(ticketId));
  if (chats.length < 2) return null;
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <IconButton label={t("earlier")} size="icon-sm">
          <History aria-hidden />
        </IconButton>
      </PopoverTrigger>
      <PopoverContent align="end" aria-label={t("earlier")} className="max-h-80 w-72 overflow-y-auto p-1">
        <ul>
          {chats.slice(1).map((chat) => (
            <li key={chat.id}>
              <button
                type="button"
                data-testid="earlier-chat"
                onClick={() => {
                  show({ chatId: chat.id });
                  setOpen(false);
                }}
                className="flex w-full flex-col rounded-sm px-2 py-1.5 text-left text-sm hover:bg-hover focus-visible:bg-hover"
              >
                {formatDateTime(chat.startedAt, locale)}
                <span className="truncate text-xs text-ink-3">
                  {nameOf(chat.startedBy)} · {t("messages", { count: chat.lastSequence })}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </PopoverContent>
    </Popover>
  );
}
