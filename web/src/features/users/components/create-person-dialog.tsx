import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { ApiError } from "@/api/error";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useMe } from "@/features/auth/api/session";
import { toastDone } from "@/lib/toast";
import { type NewPerson, useCreatePerson } from "../api/users";
import { creatableRoles, needsCompany } from "../model/create";
import { RoleAndCompany } from "./role-and-company";

interface CreatePersonDialogProps {
  /** The company the list is about, if it is about one. */
  companyId: string | null;
  onClose: () => void;
}

/** Makes a person of a role the caller may give. */
export function CreatePersonDialog({ companyId, onClose }: CreatePersonDialogProps) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const id = useId();
  const roles = creatableRoles(useMe().permissions);
  const create = useCreatePerson();
  const [person, setPerson] = useState<NewPerson>({ name: "", email: "", role: roles[0] ?? "collaborator", companyId });
  // A changed form is another request.
  const [key, setKey] = useState(idempotencyKey);
  const [companyMissing, setCompanyMissing] = useState(false);
  const set = (change: Partial<NewPerson>) => {
    setPerson({ ...person, ...change });
    setKey(idempotencyKey());
    setCompanyMissing(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (needsCompany(person.role) && !person.companyId) {
      setCompanyMissing(true);
      return;
    }
    create.mutate(
      { person: { ...person, name: person.name.trim(), email: person.email.trim() }, key },
      {
        onSuccess: ({ name }) => {
          toastDone(t("create.done", { name }));
          onClose();
        },
      },
    );
  };
  const taken = create.error instanceof ApiError && create.error.code === "email_taken";
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
        <Field label={t("field.name")} error={fieldError(create.error, "name")} required>
          {(control) => (
            <Input
              {...control}
              required
              autoFocus
              autoComplete="off"
              maxLength={120}
              value={person.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field
          label={t("field.email")}
          error={fieldError(create.error, "email") ?? (taken ? common("errors.code.email_taken") : undefined)}
          required
        >
          {(control) => (
            <Input
              {...control}
              required
              type="email"
              autoComplete="off"
              value={person.email}
              onChange={(event) => set({ email: event.target.value })}
            />
          )}
        </Field>
        <RoleAndCompany
          roles={roles}
          role={person.role}
          companyId={person.companyId}
          companyMissing={companyMissing}
          error={create.error}
          onChange={set}
        />
        {!taken && <FormError error={create.error} />}
      </form>
    </Dialog>
  );
}
