import { Lock, MessageSquareText, UserRoundPlus } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket, Visibility } from "@/api/types";
import { Button } from "@/components/button";
import { Editor } from "@/components/editor/editor";
import type { EditorHandle } from "@/components/editor/types";
import { useTyping } from "@/features/activity/hooks/use-activity";
import { AttachButton } from "@/features/attachments/components/attach-button";
import { UploadList } from "@/features/attachments/components/upload-list";
import { useFileDrop } from "@/features/attachments/hooks/use-file-drop";
import { useUploads } from "@/features/attachments/hooks/use-uploads";
import { useCan, useMe } from "@/features/auth/api/session";
import { cn } from "@/lib/cn";
import { useErrorText } from "@/lib/error-text";
import { htmlToText } from "@/lib/html";
import { useShortcuts } from "@/lib/shortcuts";
import { toastFailed } from "@/lib/toast";
import { useAddComment, useTicketAction } from "../api/actions";
import { useDraft } from "../hooks/use-draft";
import { useFindStaff } from "../hooks/use-find-staff";
import { DraftState } from "./draft-state";

/** Where one writes. Staff write once the ticket is somebody's; it opens by itself the moment it is. */
export function Composer({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const mayComment = useCan("tickets.comment");
  const mayNote = useCan("tickets.comment_internal");
  const draft = useDraft(ticket.id, "comment");
  const [chosen, setChosen] = useState<Visibility>();
  const text = draft.content?.body ?? "";
  const kept = draft.content?.visibility ?? "public";
  const visibility = chosen ?? (mayNote ? kept : "public");
  const editor = useRef<EditorHandle>(null);
  const uploads = useUploads();
  const findStaff = useFindStaff();
  const add = useAddComment(ticket.id);
  const describe = useErrorText();
  const typing = useTyping();
  const internal = visibility === "internal";
  const closed = ticket.status === "resolved" ? "resolved" : mayNote && !ticket.assignee ? "unassigned" : undefined;

  const keep = (body: string, as: Visibility) => {
    if (body === "") return draft.discard();
    draft.write({ body, visibility: as, subject: "", baseVersion: draft.content?.baseVersion ?? ticket.version });
  };
  const write = (as: Visibility) => {
    setChosen(as);
    if (text !== "" && as !== visibility) keep(text, as);
    editor.current?.focus();
  };
  useShortcuts({ reply: () => write("public"), ...(mayNote && { note: () => write("internal") }) }, mayComment && !closed);
  const drop = useFileDrop(uploads.add, mayComment && !closed);
  const empty = htmlToText(text) === "" && uploads.list.length === 0;
  const ready = !empty && !uploads.busy && uploads.ids.length === uploads.list.length;
  const send = () => {
    if (!ready || add.isPending || closed) return;
    const sent = () => {
      draft.discard();
      uploads.clear();
      typing.rested();
    };
    add.mutate(
      { body: text, visibility, attachmentIds: uploads.ids },
      { onSuccess: sent, onError: (error) => toastFailed(describe(error)) },
    );
  };
  if (!mayComment) return null;
  return (
    <section
      aria-label={t("comment.composer")}
      className="sticky bottom-0 z-10 border-t border-line bg-surface px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-8"
    >
      <div
        data-visibility={visibility}
        {...drop.handlers}
        className={cn(
          "mx-auto max-w-[calc(48rem-4rem)] rounded-md border transition-colors duration-100 focus-within:border-accent",
          internal ? "border-note-line bg-note" : "border-line-2 bg-surface",
          closed && "border-line-2 bg-hover",
          drop.over && "border-accent ring-2 ring-accent",
        )}
      >
        {closed && <Closed ticket={ticket} why={closed} />}
        <Editor
          ref={editor}
          label={t(internal ? "comment.writeInternal" : "comment.writePublic")}
          placeholder={t(internal ? "comment.writeInternal" : "comment.writePublic")}
          value={text}
          onChange={(html) => {
            keep(html, visibility);
            typing.typed(internal ? "typing_internal" : "typing");
          }}
          onSubmit={send}
          findPeople={findStaff}
          disabled={Boolean(closed)}
          className={cn(
            "max-h-60 max-w-none overflow-y-auto px-3 py-2",
            closed ? "min-h-0 py-1 text-ink-3" : "min-h-10 focus:min-h-16 md:min-h-16",
          )}
          attachments={<UploadList uploads={uploads} className="px-3 pb-2" />}
          leading={
            mayNote && (
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
            )
          }
          actions={
            <>
              <DraftState state={draft.state} />
              <AttachButton disabled={Boolean(closed)} onFiles={uploads.add} />
              <Button variant="primary" busy={add.isPending} disabled={Boolean(closed) || !ready} onClick={send}>
                {t(internal ? "comment.sendInternal" : "comment.sendPublic")}
              </Button>
            </>
          }
        />
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
