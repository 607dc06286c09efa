import { useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { Select } from "@/components/combobox";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Field } from "@/components/field";
import { FormError } from "@/components/form-error";
import { toastDone } from "@/lib/toast";
import { useDeleteRecord } from "../api/lists";
import { type ListKind, type ListRecord, takers } from "../model/lists";

interface DeleteRecordDialogProps {
  kind: ListKind;
  record: ListRecord;
  records: readonly ListRecord[];
  onClose: () => void;
}

/** Asks before a queue or category is deleted; of a queue, also where its tickets go. */
export function DeleteRecordDialog({ kind, record, records, onClose }: DeleteRecordDialogProps) {
  const { t } = useTranslation("desk-lists");
  const remove = useDeleteRecord(kind);
  const [key, setKey] = useState(idempotencyKey);
  const options = takers(records, record.id);
  const [moveTo, setMoveTo] = useState(options.find(({ isDefault }) => isDefault)?.id ?? null);
  const confirm = () =>
    remove.mutate(
      { id: record.id, moveTo, key },
      {
        onSuccess: (moved) => {
          toastDone(moved > 0 ? t("deletedMoved", { name: record.name, count: moved }) : t("deleted", { name: record.name }));
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(`deleting.${kind}`, { name: record.name })}
      description={t(`deletingAbout.${kind}`)}
      verb={t("delete")}
      busy={remove.isPending}
      onConfirm={confirm}
    >
      <div className="flex flex-col gap-4">
        {kind === "queues" && (
          <Field label={t("moveTo")}>
            {(control) => (
              <Select
                {...control}
                label={t("moveTo")}
                options={options.map(({ id, name }) => ({ value: id, label: name }))}
                value={moveTo}
                onChange={(id) => {
                  setMoveTo(id);
                  setKey(idempotencyKey());
                }}
              />
            )}
          </Field>
        )}
        <FormError error={remove.error} />
      </div>
    </ConfirmDialog>
  );
}
