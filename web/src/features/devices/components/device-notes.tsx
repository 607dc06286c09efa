import { useQueryClient } from "@tanstack/react-query";
import type { FormEvent, KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { CollisionNotice } from "@/components/collision-notice";
import { Textarea } from "@/components/field";
import { FormError } from "@/components/form-error";
import { Section } from "@/components/section";
import { toastDone } from "@/lib/toast";
import { useRecordForm } from "@/lib/use-record-form";
import { deviceQuery, useUpdateDevice } from "../api/devices";

/** The longest notes the server takes, in characters. */
const LONGEST_NOTES = 4000;

const texts = ({ notes }: Device) => ({ notes });

/** What staff want to remember of a device. Typed text is kept until it is saved or given up. */
export function DeviceNotes({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const queryClient = useQueryClient();
  const update = useUpdateDevice(device.id);
  const form = useRecordForm({
    record: device,
    read: texts,
    save: (version, changes) => update.mutateAsync({ version, changes }),
    reload: () => queryClient.fetchQuery({ ...deviceQuery(device.id), staleTime: 0 }),
  });
  const save = async (saving: Promise<boolean>) => {
    if (await saving) toastDone(t("notes.saved"));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(form.submit());
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.dirty) void save(form.submit());
  };
  return (
    <Section title={t("notes.title")}>
      <form onSubmit={submit} className="flex flex-col gap-2">
        <Textarea
          aria-label={t("notes.title")}
          placeholder={t("notes.placeholder")}
          maxLength={LONGEST_NOTES}
          className="max-h-96 text-sm"
          value={form.values.notes}
          onChange={(event) => form.set("notes", event.target.value)}
          onKeyDown={keys}
        />
        {form.collision && (
          <CollisionNotice
            theirs={[{ label: t("notes.title"), value: form.collision.theirs.notes }]}
            busy={form.busy}
            onOverwrite={() => void save(form.overwrite())}
            onDrop={form.drop}
          />
        )}
        <FormError error={form.error} />
        {form.dirty && !form.collision && (
          <div className="flex justify-end gap-2">
            <Button size="sm" variant="ghost" onClick={form.drop}>
              {common("cancel")}
            </Button>
            <Button size="sm" type="submit" variant="primary" busy={form.busy}>
              {t("notes.save")}
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}
