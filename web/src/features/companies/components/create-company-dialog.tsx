import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useCreateCompany } from "../api/companies";
import { LONGEST_NICKNAME, suggestNickname } from "../model/nickname";

/** Asks for what a new company needs; the nickname follows the name until it is typed itself. */
export function CreateCompanyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("companies");
  const common = useTranslation().t;
  const form = useId();
  const navigate = useNavigate();
  const create = useCreateCompany();
  const [name, setName] = useState("");
  const [typed, setTyped] = useState<string>();
  const nickname = typed ?? suggestNickname(name);
  // A changed form is another request.
  const [key, setKey] = useState(idempotencyKey);
  const change = (set: () => void) => {
    set();
    setKey(idempotencyKey());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { name: name.trim(), nickname, key },
      { onSuccess: ({ id }) => void navigate({ to: "/empresas/$id", params: { id } }) },
    );
  };
  const taken = create.error && "code" in create.error && create.error.code === "nickname_taken";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("create.title")}
      description={t("create.description")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={create.isPending}>
            {t("create.submit")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("field.name")} error={fieldError(create.error, "name")} required>
          {(control) => (
            <Input
              {...control}
              required
              autoFocus
              autoComplete="off"
              maxLength={120}
              value={name}
              onChange={(event) => change(() => setName(event.target.value))}
            />
          )}
        </Field>
        <Field
          label={t("field.nickname")}
          hint={t("field.nicknameHint")}
          error={fieldError(create.error, "nickname") ?? (taken ? common("errors.code.nickname_taken") : undefined)}
          required
        >
          {(control) => (
            <Input
              {...control}
              required
              autoComplete="off"
              spellCheck={false}
              minLength={2}
              maxLength={LONGEST_NICKNAME}
              pattern="[a-z0-9\-]+"
              title={t("field.nicknameHint")}
              className="font-mono text-sm"
              value={nickname}
              onChange={(event) => change(() => setTyped(event.target.value))}
            />
          )}
        </Field>
        {!taken && <FormError error={create.error} />}
      </form>
    </Dialog>
  );
}
