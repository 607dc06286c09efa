import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Textarea } from "@/components/field";
import { FormError } from "@/components/form-error";
import { textToHtml } from "@/lib/html";
import { toastDone } from "@/lib/toast";
import { useTicketAction } from "../api/actions";

interface ResolveDialogProps {
  ticket: Ticket;
  open: boolean;
  onClose: () => void;
}

/** Encerrar: the only thing that resolves a ticket. Cancelling keeps the message for the next time. */
export function ResolveDialog({ ticket, open, onClose }: ResolveDialogProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const action = useTicketAction(ticket.id);
  const [message, setMessage] = useState("");
  const close = () => {
    onClose();
    action.reset();
  };
  const resolve = () => {
    if (action.isPending) return;
    action.mutate(
      { verb: "resolve", message: textToHtml(message) },
      {
        onSuccess: (now) => {
          setMessage("");
          close();
          toastDone(t("resolve.done", { number: now.number }));
        },
      },
    );
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      size="md"
      title={t("resolve.title", { number: ticket.number })}
      description={t("resolve.description", { subject: ticket.subject })}
      footer={
        <>
          <Button onClick={close}>{common("cancel")}</Button>
          <Button disabled={message === ""} onClick={() => setMessage("")}>
            {t("resolve.clear")}
          </Button>
          <Button variant="primary" busy={action.isPending} onClick={resolve}>
            {t("resolve.confirm")}
          </Button>
        </>
      }
    >
      <Field label={t("resolve.message")} hint={t("resolve.messageHint")}>
        {(control) => (
          <Textarea
            {...control}
            autoFocus
            className="min-h-28"
            value={message}
            onChange={(event) => setMessage(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) resolve();
            }}
          />
        )}
      </Field>
      <div className="mt-3 empty:hidden">
        <FormError error={action.error} />
      </div>
    </Dialog>
  );
}
