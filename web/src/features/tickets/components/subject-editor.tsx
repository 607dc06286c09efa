import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { Input } from "@/components/field";
import { IconButton } from "@/components/icon-button";
import { useCan } from "@/features/auth/api/session";
import { useEdit } from "../hooks/use-edit";
import { ConflictDialog } from "./conflict-dialog";

/** The subject as the page's heading; staff edit it in place. */
export function SubjectEditor({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const mayEdit = useCan("tickets.work");
  const edit = useEdit(ticket.id);
  // What the ticket was when the editing began: saving is based on it, whatever comes in meanwhile.
  const [draft, setDraft] = useState<{ base: Ticket; text: string }>();
  const stop = () => {
    setDraft(undefined);
    edit.dropConflict();
  };
  const save = async (base: Ticket) => {
    const subject = draft?.text.trim() ?? "";
    if (subject === "" || (subject === base.subject && !edit.conflict)) return stop();
    if (await edit.save(base, { subject })) stop();
  };
  if (!draft) {
    return (
      <div className="group flex items-start gap-2">
        <h1 className="min-w-0 text-xl font-medium break-words">{ticket.subject}</h1>
        {mayEdit && (
          <IconButton
            label={t("edit.subject")}
            size="icon-sm"
            className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
            onClick={() => setDraft({ base: ticket, text: ticket.subject })}
          >
            <Pencil aria-hidden />
          </IconButton>
        )}
      </div>
    );
  }
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save(draft.base);
      }}
    >
      <Input
        autoFocus
        aria-label={t("field.subject")}
        value={draft.text}
        maxLength={200}
        onChange={(event) => setDraft({ ...draft, text: event.target.value })}
        onKeyDown={(event) => event.key === "Escape" && stop()}
        className="min-w-48 flex-1 text-lg"
      />
      <Button type="submit" variant="primary" busy={edit.busy} disabled={draft.text.trim() === ""}>
        {common("save")}
      </Button>
      <Button onClick={stop}>{common("cancel")}</Button>
      <ConflictDialog
        conflict={edit.conflict}
        field={{ label: t("field.subject"), theirs: edit.conflict?.now.subject ?? "", mine: draft.text.trim() }}
        busy={edit.busy}
        onKeepMine={() => edit.conflict && void save(edit.conflict.now)}
        onTakeTheirs={stop}
        onClose={edit.dropConflict}
      />
    </form>
  );
}
