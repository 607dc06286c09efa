import {
  CircleCheck,
  CirclePause,
  CirclePlay,
  CirclePlus,
  type LucideIcon,
  MessagesSquare,
  PencilLine,
  RotateCcw,
  UserRoundCheck,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TimelineEntry } from "@/api/types";
import { RelativeTime } from "@/components/relative-time";
import { useChatPanel } from "@/features/chat/hooks/use-chat-panel";
import { cn } from "@/lib/cn";
import { useTimelineText } from "../hooks/use-timeline-text";

const icons: Record<string, [icon: LucideIcon, colour: string]> = {
  created: [CirclePlus, "text-ink-3"],
  started: [CirclePlay, "text-progress-ink"],
  paused: [CirclePause, "text-paused-ink"],
  resolved: [CircleCheck, "text-resolved-ink"],
  reopened: [RotateCcw, "text-pending-ink"],
  assigned: [UserRoundCheck, "text-ink-3"],
  chat_started: [MessagesSquare, "text-ink-3"],
  chat_ended: [MessagesSquare, "text-ink-3"],
};

/** One change, in words. */
export function TimelineItem({ entry }: { entry: TimelineEntry }) {
  const sentences = useTimelineText()(entry);
  const { t } = useTranslation("tickets");
  const { show } = useChatPanel();
  const { chatId } = entry;
  const [Icon, colour] = icons[entry.type] ?? [PencilLine, "text-ink-3"];
  return (
    <li className="flex gap-2.5 py-1.5 pl-3.5 text-sm text-ink-2" data-testid="timeline-entry" data-type={entry.type}>
      <Icon className={cn("mt-0.5 size-4 shrink-0", colour)} aria-hidden />
      <div className="min-w-0 flex-1">
        {sentences.map((sentence, line) => (
          <p key={sentence} className="break-words">
            {sentence}
            {line === sentences.length - 1 && (
              <RelativeTime value={entry.occurredAt} className="ml-2 text-xs whitespace-nowrap text-ink-3" />
            )}
          </p>
        ))}
        {chatId !== null && (
          <button
            type="button"
            className="text-xs text-accent-ink hover:underline"
            onClick={() => show({ chatId })}
          >
            {t("timeline.readChat")}
          </button>
        )}
        {entry.note && (
          <p className="mt-1 border-l-2 border-line-2 pl-2.5 break-words">
            <span className="sr-only">{t("timeline.note")} </span>
            {entry.note}
          </p>
        )}
      </div>
    </li>
  );
}
