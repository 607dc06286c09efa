import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PauseReason, Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Textarea } from "@/components/field";
import { FormError } from "@/components/form-error";
import { useTicketAction } from "../api/actions";

const reasons: readonly PauseReason[] = ["waiting_requester", "waiting_third_party", "scheduled", "break", "other"];
const FORM = "pause-form";

interface PauseDialogProps {
  ticket: Ticket;
  open: boolean;
  onClose: () => void;
}

/** Asks why work stops; "other" needs a note that says it. */
export function PauseDialog({ ticket, open, onClose }: PauseDialogProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const action = useTicketAction(ticket.id);
  const [reason, setReason] = useState<PauseReason>("waiting_requester");
  const [note, setNote] = useState("");
  const needsNote = reason === "other";
  const close = () => {
    onClose();
    action.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    action.mutate(
      { verb: "pause", reason, note: note.trim() },
      {
        onSuccess: () => {
          setNote("");
          close();
        },
      },
    );
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={t("pause.title", { number: ticket.number })}
      description={t("pause.description")}
      footer={
        <>
          <Button onClick={close}>{common("cancel")}</Button>
          <Button type="submit" form={FORM} variant="primary" busy={action.isPending} disabled={needsNote && note.trim() === ""}>
            {t("pause.action")}
          </Button>
        </>
      }
    >
      <form id={FORM} onSubmit={submit} className="flex flex-col gap-4">
        <fieldset>
          <legend className="sr-only">{t("pause.reason")}</legend>
          {reasons.map((each) => (
            <label
              key={each}
              className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 hover:bg-hover has-checked:bg-accent-soft has-checked:text-accent-ink"
            >
              <input
                type="radio"
                name="reason"
                value={each}
                checked={reason === each}
                onChange={() => setReason(each)}
                className="size-4 accent-accent"
              />
              {t(`pauseReason.${each}`)}
            </label>
          ))}
        </fieldset>
        <Field label={t(needsNote ? "pause.noteNeeded" : "pause.note")} required={needsNote}>
          {(control) => (
            <Textarea {...control} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
          )}
        </Field>
        <FormError error={action.error} />
      </form>
    </Dialog>
  );
}
