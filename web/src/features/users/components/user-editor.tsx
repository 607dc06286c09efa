import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/error";
import type { UserDetail } from "@/api/types";
import { Button } from "@/components/button";
import { CollisionNotice } from "@/components/collision-notice";
import { Select } from "@/components/combobox";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { Section } from "@/components/section";
import { useCan, useMe } from "@/features/auth/api/session";
import { toastDone } from "@/lib/toast";
import { useRecordForm } from "@/lib/use-record-form";
import { tenantsQuery, userDetailQuery, useUpdateUser } from "../api/users";
import { creatableRoles } from "../model/create";
import { changesFrom, lacksCompany, textsOf, type UserTexts, wantsPassword } from "../model/edit";
import { RoleAndCompany } from "./role-and-company";

/** Name, address, role, company and, for the few who may, the tenant. */
export function UserEditor({ user }: { user: UserDetail }) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const me = useMe();
  const queryClient = useQueryClient();
  const update = useUpdateUser(user.id);
  const [password, setPassword] = useState("");
  const [companyMissing, setCompanyMissing] = useState(false);
  const form = useRecordForm<UserDetail, UserTexts>({
    record: user,
    read: textsOf,
    save: async (version, changes) => {
      const saved = await update.mutateAsync({ version, changes: changesFrom(changes, password) });
      return { ...saved, devices: user.devices };
    },
    reload: () => queryClient.fetchQuery({ ...userDetailQuery(user.id), staleTime: 0 }),
  });
  const confirms = me.user.id === user.id && wantsPassword(textsOf(user), form.values);
  const finish = async (saving: Promise<boolean>) => {
    if (!(await saving)) return;
    setPassword("");
    toastDone(t("edit.done", { name: form.values.name }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setCompanyMissing(lacksCompany(form.values));
    if (!lacksCompany(form.values)) void finish(form.submit());
  };
  const code = form.error instanceof ApiError ? form.error.code : undefined;
  const taken = code === "email_taken" ? common("errors.code.email_taken") : undefined;
  const wrong = code === "reauthentication_required" ? common("errors.code.reauthentication_required") : undefined;
  return (
    <Section title={t("facts")}>
      <form onSubmit={submit} className="mt-1 flex max-w-md flex-col gap-4">
        {form.collision && (
          <CollisionNotice
            theirs={form.collision.fields.map((field) => ({
              label: t(`edit.field.${field as "name"}`),
              value: shown(field, form.collision?.theirs[field] ?? ""),
            }))}
            busy={form.busy}
            onOverwrite={() => void finish(form.overwrite())}
            onDrop={form.drop}
          />
        )}
        <Field label={t("field.name")} error={fieldError(form.error, "name")} required>
          {(control) => (
            <Input
              {...control}
              required
              autoComplete="off"
              maxLength={120}
              value={form.values.name}
              onChange={(event) => form.set("name", event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t("field.email")}
          hint={t("edit.emailHint")}
          error={fieldError(form.error, "email") ?? taken}
          required
        >
          {(control) => (
            <Input
              {...control}
              required
              type="email"
              autoComplete="off"
              value={form.values.email}
              onChange={(event) => form.set("email", event.target.value)}
            />
          )}
        </Field>
        <RoleAndCompany
          roles={creatableRoles(me.permissions)}
          role={form.values.role}
          companyId={form.values.companyId || null}
          companyMissing={companyMissing}
          error={form.error}
          onChange={({ role, companyId }) => {
            if (role) form.set("role", role);
            if (companyId !== undefined) form.set("companyId", companyId ?? "");
            setCompanyMissing(false);
          }}
        />
        <TenantField value={form.values.tenantId} onChange={(tenantId) => form.set("tenantId", tenantId)} />
        {confirms && (
          <Field label={t("edit.password")} hint={t("edit.passwordHint")} error={wrong} required>
            {(control) => (
              <Input
                {...control}
                required
                type="password"
                autoComplete="current-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
        )}
        {!taken && !wrong && <FormError error={form.error} />}
        <div className="flex gap-2">
          <Button type="submit" variant="primary" busy={form.busy} disabled={!form.dirty}>
            {common("save")}
          </Button>
          {form.dirty && <Button onClick={form.drop}>{common("cancel")}</Button>}
        </div>
      </form>
    </Section>
  );
}

/** What a field says to people; ids are left to the page, which shows the new record anyway. */
function shown(field: string, value: string): string {
  return field === "companyId" || field === "tenantId" ? "…" : value;
}

/** The tenant, for admins with the platform flag. */
function TenantField({ value, onChange }: { value: string; onChange: (tenantId: string) => void }) {
  const { t } = useTranslation("users");
  const mayMove = useCan("tenants.manage");
  const tenants = useQuery({ ...tenantsQuery, enabled: mayMove });
  if (!mayMove) return null;
  return (
    <Field label={t("edit.tenant")} hint={t("edit.tenantHint")}>
      {(control) => (
        <Select
          {...control}
          label={t("edit.tenant")}
          options={(tenants.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={value || null}
          onChange={(chosen) => onChange(chosen ?? value)}
        />
      )}
    </Field>
  );
}
