import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { Button } from "@/components/button";
import { Editor } from "@/components/editor/editor";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { AttachButton } from "@/features/attachments/components/attach-button";
import { UploadList } from "@/features/attachments/components/upload-list";
import { useFileDrop } from "@/features/attachments/hooks/use-file-drop";
import { useUploads } from "@/features/attachments/hooks/use-uploads";
import { useInPortal } from "@/features/auth/api/session";
import { toastDone } from "@/lib/toast";
import { useCreateTicket } from "../api/actions";
import { useOwnDevices } from "../hooks/use-own-devices";
import { NONE } from "../model/filter";
import { NewTicketFacts, type Sorting } from "./new-ticket-facts";
import { NewTicketParties, type Parties } from "./new-ticket-parties";
import { OwnDeviceField } from "./own-device-field";

/** Opens a ticket. In the portal it is asked what is wrong and with which computer, and nothing of support's. */
export function NewTicketPage({ initial }: { initial: Parties }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const navigate = useNavigate();
  const inPortal = useInPortal();
  const create = useCreateTicket();
  const [key] = useState(idempotencyKey);
  const [subject, setSubject] = useState("");
  const [description, setDescription] = useState("");
  const uploads = useUploads();
  const drop = useFileDrop(uploads.add);
  const [parties, setParties] = useState(initial);
  const [sorting, setSorting] = useState<Sorting>({ queueId: null, priority: "normal", category: null, tags: [] });
  const own = useOwnDevices(inPortal);
  // Whoever has one computer most likely asks about it.
  const deviceId = parties.deviceId ?? (own.length === 1 ? (own[0]?.id ?? null) : null);
  const title = t(inPortal ? "own.open" : "new.title");
  useTitle(title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const about = inPortal ? { ...parties, deviceId: deviceId === NONE ? null : deviceId } : parties;
    const ticket = { subject: subject.trim(), description, attachmentIds: uploads.ids, ...sorting, ...about };
    create.mutate(
      { ticket, key },
      {
        onSuccess: (created) => {
          toastDone(t("new.done", { number: created.number }));
          void navigate({ to: "/chamados/$id", params: { id: String(created.number) }, replace: true });
        },
      },
    );
  };
  return (
    <>
      <PageHeader title={title} />
      <PageBody>
        <form onSubmit={submit} {...drop.handlers} className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-4 py-6 md:px-6">
          <Field
            label={t(inPortal ? "own.subject" : "field.subject")}
            required
            error={fieldError(create.error, "subject")}
          >
            {(control) => (
              <Input
                {...control}
                autoFocus
                required
                maxLength={200}
                value={subject}
                placeholder={t(inPortal ? "own.subjectExample" : "new.subjectExample")}
                onChange={(event) => setSubject(event.target.value)}
              />
            )}
          </Field>
          <Field
            label={t(inPortal ? "own.description" : "field.description")}
            hint={t(inPortal ? "own.descriptionHint" : "new.descriptionHint")}
            error={fieldError(create.error, "description")}
          >
            {({ id, "aria-describedby": describedBy, "aria-invalid": invalid }) => (
              <Editor
                framed
                attachments={<UploadList uploads={uploads} className="px-3 pb-2" />}
                actions={<AttachButton onFiles={uploads.add} />}
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                label={t(inPortal ? "own.description" : "field.description")}
                value={description}
                onChange={setDescription}
                className="min-h-36 px-3 py-2"
              />
            )}
          </Field>
          {inPortal ? (
            <OwnDeviceField
              devices={own}
              value={deviceId}
              onChange={(id) => setParties({ ...parties, deviceId: id })}
              error={create.error}
            />
          ) : (
            <>
              <NewTicketParties parties={parties} onChange={setParties} error={create.error} />
              <NewTicketFacts sorting={sorting} onChange={setSorting} error={create.error} />
            </>
          )}
          <FormError error={create.error} />
          <div className="flex justify-end gap-2">
            <Button size="lg" onClick={() => void navigate({ to: "/chamados" })}>
              {common("cancel")}
            </Button>
            <Button
              type="submit"
              variant="primary"
              size="lg"
              busy={create.isPending}
              disabled={subject.trim() === "" || uploads.ids.length < uploads.list.length}
            >
              {t("new.submit")}
            </Button>
          </div>
        </form>
      </PageBody>
    </>
  );
}
