import { useQuery } from "@tanstack/react-query";
import { SendHorizontal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { activityQuery } from "@/features/activity/api/activity";
import { useTyping } from "@/features/activity/hooks/use-activity";
import { useErrorText } from "@/lib/error-text";
import { toastFailed } from "@/lib/toast";
import { useChatPanel } from "../hooks/use-chat-panel";

/** As the server takes them. */
const MOST = 4_000;

interface ChatComposerProps {
  ticketId: string;
  /** Rejects when it could not be sent; then it waits among the messages. */
  send: (text: string) => Promise<void>;
}

/** Where one writes: Enter sends, Shift and Enter begins a line. */
export function ChatComposer({ ticketId, send }: ChatComposerProps) {
  const { t } = useTranslation("chat");
  const [text, setText] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const typing = useTyping();
  const { show } = useChatPanel();
  const describe = useErrorText();
  useEffect(() => area.current?.focus(), []);
  const say = () => {
    const said = text.trim();
    if (said === "") return;
    setText("");
    typing.rested();
    area.current?.focus();
    send(said).catch((error: unknown) => toastFailed(describe(error)));
  };
  return (
    <div className="border-t border-line px-3 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      <WhoTypes ticketId={ticketId} />
      <div className="flex items-end gap-1 rounded-md border border-line-2 bg-surface focus-within:border-accent">
        <textarea
          ref={area}
          rows={1}
          maxLength={MOST}
          aria-label={t("write")}
          placeholder={t("write")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value.trim() !== "") typing.typed("typing");
          }}
          onBlur={() => typing.rested()}
          onKeyDown={(event) => {
            if (event.key === "Escape") show(null);
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            say();
          }}
          className="field-sizing-content block max-h-40 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-3 py-2 text-sm outline-none"
        />
        <IconButton label={t("send.action")} shortcut="sendChat" className="m-0.5" disabled={text.trim() === ""} onClick={say}>
          <SendHorizontal aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

/** The line that says who is writing; its room is kept, so that nothing jumps. */
function WhoTypes({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation("chat");
  const { data: here = [] } = useQuery(activityQuery(ticketId));
  const names = here.filter(({ activity }) => activity === "typing").map(({ user }) => user.name || t("here.somebody"));
  const [first] = names;
  return (
    <p aria-live="polite" data-testid="chat-typing" className="h-5 truncate px-1 text-xs leading-5 text-ink-3">
      {first && (names.length === 1 ? t("here.typing", { name: first }) : t("severalType"))}
    </p>
  );
}
