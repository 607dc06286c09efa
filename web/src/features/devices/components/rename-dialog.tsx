import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { CollisionNotice } from "@/components/collision-notice";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useRecordForm } from "@/lib/use-record-form";
import { deviceQuery, useUpdateDevice } from "../api/devices";

const texts = ({ displayName }: Device) => ({ displayName });

/** Gives a device a name of staff's choice, or takes it back. */
export function RenameDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const id = useId();
  const queryClient = useQueryClient();
  const update = useUpdateDevice(device.id);
  const form = useRecordForm({
    record: device,
    read: texts,
    save: (version, changes) => update.mutateAsync({ version, changes }),
    reload: () => queryClient.fetchQuery({ ...deviceQuery(device.id), staleTime: 0 }),
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
      title={t("rename.title")}
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
            theirs={[{ label: t("rename.field"), value: form.collision.theirs.displayName }]}
            busy={form.busy}
            onOverwrite={() => void close(form.overwrite())}
            onDrop={form.drop}
          />
        )}
        <Field
          label={t("rename.field")}
          hint={t("rename.hint", { hostName: device.hostName })}
          error={fieldError(form.error, "displayName")}
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              autoComplete="off"
              maxLength={255}
              placeholder={device.hostName}
              value={form.values.displayName}
              onChange={(event) => form.set("displayName", event.target.value)}
            />
          )}
        </Field>
        <FormError error={form.error} />
      </form>
    </Dialog>
  );
}
