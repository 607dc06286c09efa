import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { ApiError } from "@/api/error";
import type { SentInvite } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useMe } from "@/features/auth/api/session";
import { type NewInvite, useCreateInvite } from "../api/invites";
import { creatableRoles, needsCompany } from "../model/create";
import { RoleAndCompany } from "./role-and-company";

/** Invites an address with a role the caller may give. */
export function InviteDialog({ onClose, onSent }: { onClose: () => void; onSent: (sent: SentInvite) => void }) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const id = useId();
  const roles = creatableRoles(useMe().permissions);
  const create = useCreateInvite();
  const [invite, setInvite] = useState<NewInvite>({ email: "", role: roles[0] ?? "collaborator", companyId: null });
  // A changed form is another request.
  const [key, setKey] = useState(idempotencyKey);
  const [companyMissing, setCompanyMissing] = useState(false);
  const set = (change: Partial<NewInvite>) => {
    setInvite({ ...invite, ...change });
    setKey(idempotencyKey());
    setCompanyMissing(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (needsCompany(invite.role) && !invite.companyId) {
      setCompanyMissing(true);
      return;
    }
    create.mutate({ invite: { ...invite, email: invite.email.trim() }, key }, { onSuccess: onSent });
  };
  const code = create.error instanceof ApiError ? create.error.code : undefined;
  const refused = code === "email_taken" || code === "invite_pending" ? common(`errors.code.${code}`) : undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("invites.action")}
      description={t("invites.description")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending}>
            {t("invites.submit")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("field.email")} error={fieldError(create.error, "email") ?? refused} required>
          {(control) => (
            <Input
              {...control}
              required
              autoFocus
              type="email"
              autoComplete="off"
              value={invite.email}
              onChange={(event) => set({ email: event.target.value })}
            />
          )}
        </Field>
        <RoleAndCompany
          roles={roles}
          role={invite.role}
          companyId={invite.companyId}
          companyMissing={companyMissing}
          error={create.error}
          onChange={set}
        />
        {!refused && <FormError error={create.error} />}
      </form>
    </Dialog>
  );
}
