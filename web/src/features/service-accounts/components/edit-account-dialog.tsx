import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useTranslation } from "react-i18next";
import type { ServiceAccount } from "@/api/types";
import { Button } from "@/components/button";
import { CollisionNotice } from "@/components/collision-notice";
import { Dialog } from "@/components/dialog";
import { useRecordForm } from "@/lib/use-record-form";
import { accountQuery, useUpdateAccount } from "../api/service-accounts";
import { AccountFields } from "./account-fields";

const texts = ({ name, description }: ServiceAccount) => ({ name, description });

/** Changes name and description on top of what is shown. */
export function EditAccountDialog({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const { t } = useTranslation("service-accounts");
  const common = useTranslation().t;
  const id = useId();
  const queryClient = useQueryClient();
  const update = useUpdateAccount(account.id);
  const form = useRecordForm({
    record: account,
    read: texts,
    save: (version, changes) => update.mutateAsync({ version, changes }),
    reload: () => queryClient.fetchQuery({ ...accountQuery(account.id), staleTime: 0 }),
  });
  const close = async (saving: Promise<boolean>) => {
    if (await saving) onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void close(form.submit());
  };
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
        <AccountFields values={form.values} error={form.error} onChange={form.set} />
      </form>
    </Dialog>
  );
}
