import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { Priority } from "@/api/types";
import { Button } from "@/components/button";
import { Combobox, Select } from "@/components/combobox";
import { Editor } from "@/components/editor/editor";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { AttachButton } from "@/features/attachments/components/attach-button";
import { UploadList } from "@/features/attachments/components/upload-list";
import { useFileDrop } from "@/features/attachments/hooks/use-file-drop";
import { useUploads } from "@/features/attachments/hooks/use-uploads";
import { useCan } from "@/features/auth/api/session";
import { toastDone } from "@/lib/toast";
import { useQuery } from "@tanstack/react-query";
import { useCreateTicket } from "../api/actions";
import { queuesQuery } from "../api/choices";
import { useCategoryChoices } from "../hooks/use-choices";
import { priorities } from "../model/filter";
import { NewTicketParties, type Parties } from "./new-ticket-parties";
import { PriorityIcon } from "./priority-icon";
import { TagsField } from "./tags-field";

/** Opens a ticket. What it may be tied to besides oneself is staff's to choose. */
export function NewTicketPage({ initial }: { initial: Parties }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const navigate = useNavigate();
  const staff = useCan("tickets.work");
  const create = useCreateTicket();
  const { data: queues = [] } = useQuery(queuesQuery);
  const [key] = useState(idempotencyKey);
  const [subject, setSubject] = useState("");
  const [description, setDescription] = useState("");
  const uploads = useUploads();
  const drop = useFileDrop(uploads.add);
  const [parties, setParties] = useState(initial);
  const [chosenQueue, setQueue] = useState<string | null>(null);
  const [priority, setPriority] = useState<Priority>("normal");
  const [category, setCategory] = useState<string | null>(null);
  const [tags, setTags] = useState<string[]>([]);
  const categories = useCategoryChoices(true);
  useTitle(t("new.title"));

  const queueId = chosenQueue ?? queues.find((queue) => queue.isDefault)?.id ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ticket = {
      subject: subject.trim(),
      description,
      queueId,
      priority,
      category,
      tags,
      attachmentIds: uploads.ids,
      ...parties,
    };
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
      <PageHeader title={t("new.title")} />
      <PageBody>
        <form onSubmit={submit} {...drop.handlers} className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-4 py-6 md:px-6">
          <Field label={t("field.subject")} required error={fieldError(create.error, "subject")}>
            {(control) => (
              <Input
                {...control}
                autoFocus
                required
                maxLength={200}
                value={subject}
                placeholder={t("new.subjectExample")}
                onChange={(event) => setSubject(event.target.value)}
              />
            )}
          </Field>
          <Field label={t("field.description")} hint={t("new.descriptionHint")} error={fieldError(create.error, "description")}>
            {({ id, "aria-describedby": describedBy, "aria-invalid": invalid }) => (
              <Editor
                framed
                attachments={<UploadList uploads={uploads} className="px-3 pb-2" />}
                actions={<AttachButton onFiles={uploads.add} />}
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                label={t("field.description")}
                value={description}
                onChange={setDescription}
                className="min-h-36 px-3 py-2"
              />
            )}
          </Field>
          {staff && <NewTicketParties parties={parties} onChange={setParties} error={create.error} />}
          <div className="grid gap-5 sm:grid-cols-2">
            <Field label={t("field.queue")} error={fieldError(create.error, "queueId")}>
              {(control) => (
                <Select
                  {...control}
                  label={t("field.queue")}
                  options={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
                  value={queueId}
                  onChange={setQueue}
                />
              )}
            </Field>
            <Field label={t("field.priority")} error={fieldError(create.error, "priority")}>
              {(control) => (
                <Select
                  {...control}
                  label={t("field.priority")}
                  options={priorities.map((value) => ({
                    value,
                    label: common(`priority.${value}`),
                    icon: <PriorityIcon priority={value} />,
                  }))}
                  value={priority}
                  onChange={(value) => setPriority(priorities.find((each) => each === value) ?? "normal")}
                />
              )}
            </Field>
          </div>
          <div className="grid gap-5 sm:grid-cols-2">
            <Field label={t("field.category")} error={fieldError(create.error, "category")}>
              {(control) => (
                <Combobox
                  {...control}
                  clearable
                  label={t("field.category")}
                  placeholder={t("noCategory")}
                  options={categories}
                  value={category}
                  onChange={setCategory}
                />
              )}
            </Field>
            <Field label={t("field.tags")} hint={t("tags.hint")} error={fieldError(create.error, "tags")}>
              {(control) => <TagsField {...control} tags={tags} onChange={setTags} />}
            </Field>
          </div>
          <FormError error={create.error} />
          <div className="flex justify-end gap-2">
            <Button size="lg" onClick={() => void navigate({ to: "/chamados" })}>
              {common("cancel")}
            </Button>
            <Button type="submit" variant="primary" size="lg" busy={create.isPending} disabled={subject.trim() === "" || uploads.ids.length < uploads.list.length}>
              {t("new.submit")}
            </Button>
          </div>
        </form>
      </PageBody>
    </>
  );
}
