import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Job, JobKind } from "@/api/types";
import { Button } from "@/components/button";
import { CollisionNotice } from "@/components/collision-notice";
import { Combobox } from "@/components/combobox";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { toastDone } from "@/lib/toast";
import { useDebounced } from "@/lib/use-debounced";
import { useRecordForm } from "@/lib/use-record-form";
import { jobOf, jobsQuery, previewQuery, useUpdateJob } from "../api/jobs";
import { useJobWords } from "../hooks/use-job-words";
import { useScheduleText } from "../hooks/use-schedule-text";
import { plainSchedule, timeZones } from "../model/schedule";
import { NextTimes, OddTimes } from "./next-times";

const texts = ({ expression, timeZone }: Job) => ({ schedule: expression, timeZone });

/** What is typed means these times; nothing while it means none. */
function SchedulePreviewed(typed: { kind: JobKind; schedule: string; timeZone: string }) {
  const { t } = useTranslation("jobs");
  const settled = useDebounced(typed);
  const preview = useQuery({ ...previewQuery(settled), placeholderData: keepPreviousData });
  if (!preview.isSuccess) return null;
  return (
    <div data-testid="schedule-preview" className="flex flex-col gap-2">
      <p className="text-xs text-ink-2">{t("next.caption")}</p>
      <NextTimes job={{ upcoming: preview.data.upcoming, timeZone: settled.timeZone }} />
      <OddTimes preview={preview.data} timeZone={settled.timeZone} />
    </div>
  );
}

/** Changes when a job fires. What makes sense is the server's to say: it answers for each field. */
export function ScheduleDialog({ job, onClose }: { job: Job; onClose: () => void }) {
  const { t } = useTranslation("jobs");
  const common = useTranslation().t;
  const id = useId();
  const { name } = useJobWords()(job);
  const say = useScheduleText();
  const queryClient = useQueryClient();
  const update = useUpdateJob(job.key);
  const form = useRecordForm({
    record: job,
    read: texts,
    save: (version, changes) => update.mutateAsync({ version, changes }),
    reload: async () => jobOf(await queryClient.fetchQuery({ ...jobsQuery, staleTime: 0 }), job.key),
  });
  const zones = useMemo(() => timeZones(job.timeZone).map((zone) => ({ value: zone, label: zone })), [job.timeZone]);
  const cron = job.kind === "cron";
  const typed = { kind: job.kind, expression: form.values.schedule };
  const close = async (saving: Promise<boolean>) => {
    if (!(await saving)) return;
    toastDone(t("edit.done", { name }));
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void close(form.submit());
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("edit.title", { name })}
      description={t("edit.description")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={form.busy} disabled={!form.dirty}>
            {common("save")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        {form.collision && (
          <CollisionNotice
            theirs={form.collision.fields.map((field) => ({
              label: t(`edit.${field}`),
              value: form.collision?.theirs[field] ?? "",
            }))}
            busy={form.busy}
            onOverwrite={() => void close(form.overwrite())}
            onDrop={form.drop}
          />
        )}
        <Field
          label={t(cron ? "edit.schedule" : "edit.seconds")}
          hint={plainSchedule(typed) ? say(typed) : t(cron ? "edit.scheduleHint" : "edit.secondsHint")}
          error={fieldError(form.error, "schedule")}
          required
        >
          {(control) => (
            <Input
              {...control}
              required
              autoFocus
              autoComplete="off"
              spellCheck={false}
              inputMode={cron ? undefined : "numeric"}
              maxLength={200}
              className="font-mono text-sm"
              value={form.values.schedule}
              onChange={(event) => form.set("schedule", event.target.value)}
            />
          )}
        </Field>
        {cron && (
          <Field label={t("edit.timeZone")} hint={t("edit.timeZoneHint")} error={fieldError(form.error, "timeZone")} required>
            {(control) => (
              <Combobox
                {...control}
                label={t("edit.timeZone")}
                options={zones}
                value={form.values.timeZone}
                onChange={(zone) => zone && form.set("timeZone", zone)}
              />
            )}
          </Field>
        )}
        <SchedulePreviewed kind={job.kind} schedule={form.values.schedule} timeZone={form.values.timeZone} />
        <FormError error={form.error} />
      </form>
    </Dialog>
  );
}
