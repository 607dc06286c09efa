import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Textarea } from "@/components/field";
import { IconButton } from "@/components/icon-button";
import { RelativeTime } from "@/components/relative-time";
import { useCan } from "@/features/auth/api/session";
import { htmlToPlain, SafeHtml, textToHtml } from "@/lib/html";
import { useEdit } from "../hooks/use-edit";
import { ConflictDialog } from "./conflict-dialog";

/** What the requester wants, as the conversation's first word. */
export function TicketDescription({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const mayEdit = useCan("tickets.work");
  const [base, setBase] = useState<Ticket>();
  return (
    <section aria-label={t("field.description")} className="group mt-5">
      <header className="flex items-center gap-2 text-sm">
        <Avatar id={ticket.requester.id} name={ticket.requester.name} />
        <span className="font-medium">{ticket.requester.name}</span>
        <RelativeTime value={ticket.createdAt} className="text-xs text-ink-3" />
        {mayEdit && !base && (
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
        {base ? (
          <Editor base={base} onDone={() => setBase(undefined)} />
        ) : ticket.description ? (
          <div className="prose">
            <SafeHtml html={ticket.description} />
          </div>
        ) : (
          <p className="text-sm text-ink-3">{t("noDescription")}</p>
        )}
      </div>
    </section>
  );
}

function Editor({ base, onDone }: { base: Ticket; onDone: () => void }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const edit = useEdit(base.id);
  const [text, setText] = useState(() => htmlToPlain(base.description));
  const save = async (on: Ticket) => {
    if (await edit.save(on, { description: textToHtml(text) })) onDone();
  };
  return (
    <div className="flex flex-col gap-2">
      <Textarea
        autoFocus
        aria-label={t("field.description")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="min-h-32"
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{common("cancel")}</Button>
        <Button variant="primary" busy={edit.busy} onClick={() => void save(base)}>
          {common("save")}
        </Button>
      </div>
      <ConflictDialog
        conflict={edit.conflict}
        mine={text}
        busy={edit.busy}
        onKeepMine={() => edit.conflict && void save(edit.conflict.now)}
        onTakeTheirs={onDone}
        onClose={edit.dropConflict}
      />
    </div>
  );
}
