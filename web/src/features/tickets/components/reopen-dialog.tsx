import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Field, Textarea } from "@/components/field";
import { FormError } from "@/components/form-error";
import { toastDone } from "@/lib/toast";
import { useTicketAction } from "../api/actions";

interface ReopenDialogProps {
  ticket: Ticket;
  open: boolean;
  onClose: () => void;
}

export function ReopenDialog({ ticket, open, onClose }: ReopenDialogProps) {
  const { t } = useTranslation("tickets");
  const action = useTicketAction(ticket.id);
  const [reason, setReason] = useState("");
  const close = () => {
    onClose();
    action.reset();
  };
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => !next && close()}
      danger={false}
      title={t("reopen.title", { number: ticket.number })}
      description={t("reopen.description")}
      verb={t("reopen.action")}
      busy={action.isPending}
      onConfirm={() =>
        action.mutate(
          { verb: "reopen", reason: reason.trim() },
          {
            onSuccess: (now) => {
              setReason("");
              close();
              toastDone(t("reopen.done", { number: now.number }));
            },
          },
        )
      }
    >
      <Field label={t("reopen.reason")}>
        {(control) => (
          <Textarea {...control} autoFocus value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        )}
      </Field>
      <div className="mt-3 empty:hidden">
        <FormError error={action.error} />
      </div>
    </ConfirmDialog>
  );
}
