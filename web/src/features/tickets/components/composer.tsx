import { Lock, MessageSquareText, UserRoundPlus } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket, Visibility } from "@/api/types";
import { Button } from "@/components/button";
import { useCan, useMe } from "@/features/auth/api/session";
import { cn } from "@/lib/cn";
import { useErrorText } from "@/lib/error-text";
import { useHotkeys } from "@/lib/hotkeys";
import { textToHtml } from "@/lib/html";
import { toastFailed } from "@/lib/toast";
import { useAddComment, useTicketAction } from "../api/actions";
import { useDraft } from "../hooks/use-draft";

/** Where one writes. Staff write once the ticket is somebody's; it opens by itself the moment it is. */
export function Composer({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const mayComment = useCan("tickets.comment");
  const mayNote = useCan("tickets.comment_internal");
  const [visibility, setVisibility] = useState<Visibility>("public");
  const [text, setText] = useDraft(ticket.id);
  const area = useRef<HTMLTextAreaElement>(null);
  const add = useAddComment(ticket.id);
  const describe = useErrorText();
  const internal = visibility === "internal";
  const closed = ticket.status === "resolved" ? "resolved" : mayNote && !ticket.assignee ? "unassigned" : undefined;

  const write = (as: Visibility) => {
    setVisibility(as);
    area.current?.focus();
  };
  useHotkeys({ r: () => write("public"), ...(mayNote && { n: () => write("internal") }) }, mayComment && !closed);
  const html = textToHtml(text);
  const send = () => {
    if (html === "" || add.isPending || closed) return;
    add.mutate(
      { body: html, visibility },
      { onSuccess: () => setText(""), onError: (error) => toastFailed(describe(error)) },
    );
  };
  if (!mayComment) return null;
  return (
    <section
      aria-label={t("comment.composer")}
      className="sticky bottom-0 border-t border-line bg-surface px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-8"
    >
      <div
        className={cn(
          "mx-auto max-w-[calc(48rem-4rem)] rounded-md border transition-colors duration-100 focus-within:border-accent",
          internal ? "border-note-line bg-note" : "border-line-2 bg-surface",
          closed && "border-line-2 bg-hover",
        )}
      >
        {closed && <Closed ticket={ticket} why={closed} />}
        <textarea
          ref={area}
          aria-label={t(internal ? "comment.writeInternal" : "comment.writePublic")}
          placeholder={t(internal ? "comment.writeInternal" : "comment.writePublic")}
          disabled={Boolean(closed)}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
            if (event.key === "Escape") event.currentTarget.blur();
          }}
          className="field-sizing-content block max-h-60 min-h-10 w-full resize-none bg-transparent px-3 py-2 outline-none focus:min-h-16 disabled:cursor-not-allowed disabled:min-h-0 disabled:py-1 disabled:text-ink-3 md:min-h-16"
        />
        <div className={cn("flex flex-wrap items-center gap-2 px-2 pb-2", closed && "max-md:hidden")}>
          {mayNote && (
            <div role="radiogroup" aria-label={t("comment.visibility")} className="flex gap-0.5">
              <VisibilityChoice chosen={!internal} disabled={Boolean(closed)} onChoose={() => write("public")}>
                <MessageSquareText aria-hidden />
                {t("comment.public")}
              </VisibilityChoice>
              <VisibilityChoice chosen={internal} disabled={Boolean(closed)} onChoose={() => write("internal")}>
                <Lock aria-hidden />
                {t("comment.internal")}
              </VisibilityChoice>
            </div>
          )}
          <Button
            variant="primary"
            className="ml-auto"
            busy={add.isPending}
            disabled={Boolean(closed) || html === ""}
            onClick={send}
          >
            {t(internal ? "comment.sendInternal" : "comment.sendPublic")}
          </Button>
        </div>
      </div>
    </section>
  );
}

interface VisibilityChoiceProps {
  chosen: boolean;
  disabled: boolean;
  onChoose: () => void;
  children: ReactNode;
}

function VisibilityChoice({ chosen, disabled, onChoose, children }: VisibilityChoiceProps) {
  return (
    <button
      type="button"
      role="radio"
      aria-checked={chosen}
      disabled={disabled}
      onClick={onChoose}
      className={cn(
        "flex h-7 items-center gap-1.5 rounded-md px-2 text-xs disabled:cursor-not-allowed disabled:opacity-60 [&_svg]:size-3.5",
        chosen ? "bg-active font-medium text-ink" : "text-ink-2 hover:bg-active",
      )}
    >
      {children}
    </button>
  );
}

/** Why one cannot write now, and the way to change that. */
function Closed({ ticket, why }: { ticket: Ticket; why: "resolved" | "unassigned" }) {
  const { t } = useTranslation("tickets");
  const { user } = useMe();
  const describe = useErrorText();
  const action = useTicketAction(ticket.id);
  const take = () =>
    action.mutate({ verb: "assign", assigneeId: user.id }, { onError: (error) => toastFailed(describe(error)) });
  return (
    <div role="status" data-testid="composer-closed" className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 pt-2.5 text-sm text-ink-2">
      {t(`comment.closed.${why}`)}
      {why === "unassigned" && (
        <Button size="sm" busy={action.isPending} onClick={take}>
          <UserRoundPlus aria-hidden />
          {t("assign.toMe")}
        </Button>
      )}
    </div>
  );
}
