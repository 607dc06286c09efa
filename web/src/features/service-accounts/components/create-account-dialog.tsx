import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { type AccountTexts, useCreateAccount } from "../api/service-accounts";
import { AccountFields } from "./account-fields";

/** Makes an account of automation and leads to it, where its first key is made. */
export function CreateAccountDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("service-accounts");
  const common = useTranslation().t;
  const id = useId();
  const navigate = useNavigate();
  const create = useCreateAccount();
  const [texts, setTexts] = useState<AccountTexts>({ name: "", description: "" });
  // A changed form is another request.
  const [key, setKey] = useState(idempotencyKey);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { texts: { name: texts.name.trim(), description: texts.description.trim() }, key },
      {
        onSuccess: (account) =>
          void navigate({ to: "/configuracoes/contas-de-servico/$id", params: { id: account.id } }),
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("create.title")}
      description={t("create.description")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending}>
            {t("create.submit")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        <AccountFields
          values={texts}
          error={create.error}
          onChange={(field, value) => {
            setTexts({ ...texts, [field]: value });
            setKey(idempotencyKey());
          }}
        />
      </form>
    </Dialog>
  );
}
