import { useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Editor as RichTextEditor } from "@/components/editor/editor";
import { IconButton } from "@/components/icon-button";
import { RelativeTime } from "@/components/relative-time";
import { ticketFilesQuery } from "@/features/attachments/api/attachments";
import { AttachmentList } from "@/features/attachments/components/attachment-list";
import { useCan } from "@/features/auth/api/session";
import { SafeHtml } from "@/lib/html";
import { useDraft } from "../hooks/use-draft";
import { useEdit } from "../hooks/use-edit";
import { ConflictDialog } from "./conflict-dialog";
import { DraftState } from "./draft-state";

/** What the requester wants, as the conversation's first word. */
export function TicketDescription({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const mayEdit = useCan("tickets.work");
  const { data: files = [] } = useQuery(ticketFilesQuery(ticket.id));
  const draft = useDraft(ticket.id, "facts");
  const [base, setBase] = useState<{ version: number }>();
  // What was begun and not saved is gone on with, whenever that was.
  const begun = base ?? (mayEdit && draft.content ? { version: draft.content.baseVersion } : undefined);
  return (
    <section aria-label={t("field.description")} className="group mt-5">
      <header className="flex items-center gap-2 text-sm">
        <Avatar id={ticket.requester.id} name={ticket.requester.name} />
        <span className="font-medium">{ticket.requester.name}</span>
        <RelativeTime value={ticket.createdAt} className="text-xs text-ink-3" />
        {mayEdit && !begun && (
          <IconButton
            label={t("edit.description")}
            size="icon-sm"
            className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
            onClick={() => setBase(ticket)}
          >
            <Pencil aria-hidden />
          </IconButton>
        )}
      </header>
      <div className="mt-1.5 pl-7.5">
        {begun ? (
          <Editor ticket={ticket} base={begun} draft={draft} focused={base !== undefined} onDone={() => setBase(undefined)} />
        ) : ticket.description ? (
          <div className="prose">
            <SafeHtml html={ticket.description} />
          </div>
        ) : (
          <p className="text-sm text-ink-3">{t("noDescription")}</p>
        )}
        <AttachmentList files={files.filter((file) => file.commentId === null)} className="mt-2.5" />
      </div>
    </section>
  );
}

interface EditorProps {
  ticket: Ticket;
  /** What the ticket was when the editing began. */
  base: { version: number };
  draft: ReturnType<typeof useDraft>;
  focused: boolean;
  onDone: () => void;
}

function Editor({ ticket, base, draft, focused, onDone }: EditorProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const edit = useEdit(ticket.id);
  const [before] = useState(ticket.description);
  const text = draft.content?.body ?? before;
  const done = () => {
    edit.dropConflict();
    draft.discard();
    onDone();
  };
  const save = async (on: { version: number }) => {
    if (text === before && !edit.conflict) return done();
    if (await edit.save(on, { description: text })) done();
  };
  return (
    <>
      <RichTextEditor
        framed
        autoFocus={focused}
        label={t("field.description")}
        value={text}
        onChange={(body) => draft.write({ body, visibility: null, subject: ticket.subject, baseVersion: base.version })}
        onSubmit={() => void save(base)}
        className="max-h-[60dvh] min-h-32 overflow-y-auto px-3 py-2"
        actions={
          <>
            <DraftState state={draft.state} />
            <Button onClick={done}>{common("cancel")}</Button>
            <Button variant="primary" busy={edit.busy} onClick={() => void save(base)}>
              {common("save")}
            </Button>
          </>
        }
      />
      <ConflictDialog
        conflict={edit.conflict}
        field={{ label: t("field.description"), theirs: edit.conflict?.now.description ?? "", mine: text, rich: true }}
        busy={edit.busy}
        onKeepMine={() => edit.conflict && void save(edit.conflict.now)}
        onTakeTheirs={done}
        onClose={edit.dropConflict}
      />
    </>
  );
}
