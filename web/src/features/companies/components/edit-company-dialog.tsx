import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/error";
import type { Company } from "@/api/types";
import { Button } from "@/components/button";
import { CollisionNotice } from "@/components/collision-notice";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useRecordForm } from "@/lib/use-record-form";
import { companyQuery, useUpdateCompany } from "../api/companies";
import { LONGEST_NICKNAME } from "../model/nickname";

const texts = ({ name, nickname }: Company) => ({ name, nickname });

/** Changes name and nickname on top of what is shown. */
export function EditCompanyDialog({ company, onClose }: { company: Company; onClose: () => void }) {
  const { t } = useTranslation("companies");
  const common = useTranslation().t;
  const id = useId();
  const queryClient = useQueryClient();
  const update = useUpdateCompany(company.id);
  const form = useRecordForm({
    record: company,
    read: texts,
    save: (version, changes) => update.mutateAsync({ version, changes }),
    reload: () => queryClient.fetchQuery({ ...companyQuery(company.id), staleTime: 0 }),
  });
  const close = async (saving: Promise<boolean>) => {
    if (await saving) onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void close(form.submit());
  };
  const taken = form.error instanceof ApiError && form.error.code === "nickname_taken";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("edit.title")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={form.busy}>
            {common("save")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        {form.collision && (
          <CollisionNotice
            theirs={form.collision.fields.map((field) => ({
              label: t(`field.${field}`),
              value: form.collision?.theirs[field] ?? "",
            }))}
            busy={form.busy}
            onOverwrite={() => void close(form.overwrite())}
            onDrop={form.drop}
          />
        )}
        <Field label={t("field.name")} error={fieldError(form.error, "name")} required>
          {(control) => (
            <Input
              {...control}
              required
              autoFocus
              autoComplete="off"
              maxLength={120}
              value={form.values.name}
              onChange={(event) => form.set("name", event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t("field.nickname")}
          hint={t("field.nicknameHint")}
          error={fieldError(form.error, "nickname") ?? (taken ? common("errors.code.nickname_taken") : undefined)}
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
              value={form.values.nickname}
              onChange={(event) => form.set("nickname", event.target.value)}
            />
          )}
        </Field>
        {!taken && <FormError error={form.error} />}
      </form>
    </Dialog>
  );
}
