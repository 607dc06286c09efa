import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { ApiError } from "@/api/error";
import { Button } from "@/components/button";
import { CollisionNotice } from "@/components/collision-notice";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { toastDone } from "@/lib/toast";
import { useRecordForm } from "@/lib/use-record-form";
import { listQuery, useCreateRecord, useUpdateRecord } from "../api/lists";
import type { ListKind, ListRecord } from "../model/lists";

interface NameDialogProps {
  kind: ListKind;
  /** The one to rename; a new one is made without. */
  record?: ListRecord;
  onClose: () => void;
}

/** Asks for the name of a new queue or category, or for another one. */
export function NameDialog({ kind, record, onClose }: NameDialogProps) {
  return record ? <Rename kind={kind} record={record} onClose={onClose} /> : <Create kind={kind} onClose={onClose} />;
}

function Create({ kind, onClose }: { kind: ListKind; onClose: () => void }) {
  const { t } = useTranslation("desk-lists");
  const create = useCreateRecord(kind);
  const [name, setName] = useState("");
  // A changed form is another request.
  const [key, setKey] = useState(idempotencyKey);
  const submit = () =>
    create.mutate(
      { name: name.trim(), key },
      {
        onSuccess: (made) => {
          toastDone(t(`created.${kind}`, { name: made.name }));
          onClose();
        },
      },
    );
  return (
    <Frame title={t(`new.${kind}`)} verb={t("create")} busy={create.isPending} onSubmit={submit} onClose={onClose}>
      <NameField
        value={name}
        error={create.error}
        onChange={(next) => {
          setName(next);
          setKey(idempotencyKey());
        }}
      />
    </Frame>
  );
}

function Rename({ kind, record, onClose }: { kind: ListKind; record: ListRecord; onClose: () => void }) {
  const { t } = useTranslation("desk-lists");
  const common = useTranslation().t;
  const queryClient = useQueryClient();
  const update = useUpdateRecord(kind);
  const form = useRecordForm({
    record,
    read: ({ name }) => ({ name }),
    save: (version, changes) => update.mutateAsync({ id: record.id, version, changes }),
    reload: async () => {
      const all = await queryClient.fetchQuery({ ...listQuery(kind), staleTime: 0 });
      const now = all.find(({ id }) => id === record.id);
      if (!now) throw new ApiError(404, {});
      return now;
    },
  });
  const close = async (saving: Promise<boolean>) => {
    if (await saving) onClose();
  };
  return (
    <Frame
      title={t(`renaming.${kind}`, { name: record.name })}
      verb={common("save")}
      busy={form.busy}
      onSubmit={() => void close(form.submit())}
      onClose={onClose}
    >
      {form.collision && (
        <CollisionNotice
          theirs={form.collision.fields.map((field) => ({ label: t("name"), value: form.collision?.theirs[field] ?? "" }))}
          busy={form.busy}
          onOverwrite={() => void close(form.overwrite())}
          onDrop={form.drop}
        />
      )}
      <NameField value={form.values.name} error={form.error} onChange={(name) => form.set("name", name)} />
    </Frame>
  );
}

interface FrameProps {
  title: string;
  verb: string;
  busy: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: React.ReactNode;
}

function Frame({ title, verb, busy, onSubmit, onClose, children }: FrameProps) {
  const common = useTranslation().t;
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={busy}>
            {verb}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        {children}
      </form>
    </Dialog>
  );
}

const taken = ["queue_name_taken", "category_name_taken"] as const;

function NameField({ value, error, onChange }: { value: string; error: unknown; onChange: (name: string) => void }) {
  const { t } = useTranslation("desk-lists");
  const common = useTranslation().t;
  const code = error instanceof ApiError ? taken.find((each) => each === error.code) : undefined;
  const told = fieldError(error, "name") ?? (code && common(`errors.code.${code}`));
  return (
    <>
      <Field label={t("name")} required error={told}>
        {(control) => (
          <Input
            {...control}
            required
            autoFocus
            autoComplete="off"
            maxLength={80}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {!told && <FormError error={error} />}
    </>
  );
}
