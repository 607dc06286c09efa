import { CircleAlert } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Chat, ChatMessage } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { useMe } from "@/features/auth/api/session";
import { cn } from "@/lib/cn";
import { formatDateTime, formatTime } from "@/lib/time";
import { useActorName } from "@/lib/use-actor-name";
import { useLocale } from "@/lib/use-locale";
import type { Outgoing } from "../hooks/use-outbox";
import { isMine, seenBy, type Turn, turns } from "../model/chat";

interface ChatMessagesProps {
  chat: Chat;
  messages: ChatMessage[];
  outgoing?: Outgoing[];
  /** New messages are read out as they come. */
  live?: boolean;
  onRetry?: (message: Outgoing) => void;
  onDiscard?: (message: Outgoing) => void;
}

/** What was said, between how it began and how it ended. Stays at the end while one is there. */
export function ChatMessages({ chat, messages, outgoing = [], live, onRetry, onDiscard }: ChatMessagesProps) {
  const { t } = useTranslation("chat");
  const { user } = useMe();
  const locale = useLocale();
  const nameOf = useActorName();
  const seen = seenBy({ chat, messages }, user.id);
  const scroller = useFollowing();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must scroll by keyboard
    <div
      ref={scroller}
      tabIndex={0}
      role={live ? "log" : "group"}
      aria-label={t("conversation")}
      className="min-h-0 flex-1 overflow-y-auto px-4 py-3"
    >
      <p className="mb-3 text-center text-xs text-ink-3">
        {t("begun", { actor: nameOf(chat.startedBy), at: formatDateTime(chat.startedAt, locale) })}
      </p>
      <ol className="flex flex-col gap-3" data-testid="chat-messages">
        {turns(messages).map((turn) => (
          <TurnItem key={turn.id} turn={turn} mine={isMine(turn.messages[0], user.id)} />
        ))}
        {outgoing.map((message) => (
          <li key={message.key["Idempotency-Key"]} data-testid="chat-outgoing" className="flex flex-col items-end gap-1">
            <Bubble mine text={message.text} className={message.failed ? undefined : "opacity-60"} />
            {message.failed && (
              <p role="alert" className="flex items-center gap-1.5 text-xs text-danger-ink">
                <CircleAlert className="size-3.5" aria-hidden />
                {t("send.failed")}
                <Button size="sm" variant="ghost" onClick={() => onRetry?.(message)}>
                  {t("send.again")}
                </Button>
                <Button size="sm" variant="ghost" onClick={() => onDiscard?.(message)}>
                  {t("send.discard")}
                </Button>
              </p>
            )}
          </li>
        ))}
      </ol>
      {seen.length > 0 && outgoing.length === 0 && (
        <p className="mt-1 text-right text-xs text-ink-3" data-testid="chat-seen">
          {t("seenBy", { names: new Intl.ListFormat(locale).format(seen) })}
        </p>
      )}
      {chat.end !== null && chat.endedAt !== null && (
        <p className="mt-4 text-center text-xs text-ink-3" data-testid="chat-ended">
          {t(`end.${chat.end}`, {
            actor: chat.endedBy ? nameOf(chat.endedBy) : "",
            at: formatDateTime(chat.endedAt, locale),
          })}
        </p>
      )}
    </div>
  );
}

function TurnItem({ turn, mine }: { turn: Turn; mine: boolean }) {
  const { t } = useTranslation("chat");
  const nameOf = useActorName();
  const locale = useLocale();
  const [first] = turn.messages;
  const name = nameOf(first.author);
  return (
    <li className={cn("flex flex-col gap-1", mine && "items-end")} data-mine={mine}>
      <p className="flex items-center gap-1.5 text-xs text-ink-3">
        {!mine && <Avatar id={first.author.id} name={name} />}
        <span className={mine ? "sr-only" : "font-medium text-ink-2"}>{mine ? t("you") : name}</span>
        <time dateTime={first.createdAt} className="tabular-nums">
          {formatTime(first.createdAt, locale)}
        </time>
      </p>
      {turn.messages.map((message) => (
        <Bubble key={message.id} mine={mine} text={message.body} />
      ))}
    </li>
  );
}

function Bubble({ mine, text, className }: { mine: boolean; text: string; className?: string }) {
  return (
    <p
      data-testid="chat-message"
      className={cn(
        "w-fit max-w-[85%] rounded-lg px-3 py-1.5 text-sm break-words whitespace-pre-wrap",
        mine ? "bg-accent-soft text-ink" : "bg-active text-ink",
        className,
      )}
    >
      {text}
    </p>
  );
}

/** Keeps the end in sight as the conversation grows, unless one has scrolled back to read. */
function useFollowing() {
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 48;
    };
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, []);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  });
  return scroller;
}
