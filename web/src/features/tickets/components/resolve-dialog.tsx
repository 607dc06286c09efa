import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isStatus } from "@/api/error";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Editor } from "@/components/editor/editor";
import { Field } from "@/components/field";
import { FormError } from "@/components/form-error";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useTicketAction } from "../api/actions";
import { useDraft } from "../hooks/use-draft";
import { useConflict } from "../hooks/use-edit";
import { useFindStaff } from "../hooks/use-find-staff";
import { ConflictDialog } from "./conflict-dialog";
import { DraftState } from "./draft-state";

interface ResolveDialogProps {
  ticket: Ticket;
  onClose: () => void;
}

/** Encerrar: the only thing that resolves a ticket. Cancelling keeps the message for the next time. */
export function ResolveDialog({ ticket, onClose }: ResolveDialogProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const describe = useErrorText();
  const action = useTicketAction(ticket.id);
  const draft = useDraft(ticket.id, "closing");
  const findStaff = useFindStaff();
  const { conflict, look, drop } = useConflict(ticket.id);
  // What the user saw when they decided to close it.
  const [seen] = useState(ticket.version);
  const message = draft.content?.body ?? "";
  const keep = (body: string) => {
    if (body === "") draft.discard();
    else draft.write({ body, visibility: null, subject: "", baseVersion: draft.content?.baseVersion ?? seen });
  };
  // What was said while closing stays said: the ticket is open again, that is all.
  const reopen = async () => {
    try {
      const now = await action.mutateAsync({ verb: "reopen", reason: "" });
      toastDone(t("reopen.done", { number: now.number }));
    } catch (error) {
      toastFailed(describe(error));
    }
  };
  const resolve = (version: number) => {
    if (action.isPending) return;
    action.mutate(
      { verb: "resolve", message, version },
      {
        onSuccess: (now) => {
          draft.discard();
          onClose();
          toastDone(t("resolve.done", { number: now.number }), { label: common("undo"), run: () => void reopen() });
        },
        onError: async (error) => {
          const now = isStatus(error, 412) && (await look(version));
          if (now) resolve(now.version);
        },
      },
    );
  };
  if (conflict) {
    return (
      <ConflictDialog
        conflict={conflict}
        field={{ label: t("resolve.message"), theirs: "", mine: message, rich: true }}
        closing
        busy={action.isPending}
        verb={t("resolve.anyway")}
        onKeepMine={() => {
          drop();
          resolve(conflict.now.version);
        }}
        onClose={() => {
          drop();
          action.reset();
        }}
      />
    );
  }
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      size="md"
      title={t("resolve.title", { number: ticket.number })}
      description={t("resolve.description", { subject: ticket.subject })}
      footer={
        <>
          <span className="mr-auto">
            <DraftState state={draft.state} />
          </span>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button disabled={message === ""} onClick={draft.discard}>
            {t("resolve.clear")}
          </Button>
          <Button variant="primary" busy={action.isPending} onClick={() => resolve(seen)}>
            {t("resolve.confirm")}
          </Button>
        </>
      }
    >
      <Field label={t("resolve.message")} hint={t("resolve.messageHint")}>
        {({ id, "aria-describedby": describedBy }) => (
          <Editor
            framed
            autoFocus
            id={id}
            describedBy={describedBy}
            label={t("resolve.message")}
            value={message}
            onChange={keep}
            onSubmit={() => resolve(seen)}
            findPeople={findStaff}
            className="max-h-[40dvh] min-h-28 overflow-y-auto px-3 py-2"
          />
        )}
      </Field>
      <div className="mt-3 empty:hidden">
        <FormError error={isStatus(action.error, 412) ? null : action.error} />
      </div>
    </Dialog>
  );
}
