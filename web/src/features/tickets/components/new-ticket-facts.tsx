import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Priority } from "@/api/types";
import { Combobox, Select } from "@/components/combobox";
import { Field } from "@/components/field";
import { fieldError } from "@/components/form-error";
import { queuesQuery } from "../api/choices";
import { useCategoryChoices } from "../hooks/use-choices";
import { priorities } from "../model/filter";
import { PriorityIcon } from "./priority-icon";
import { TagsField } from "./tags-field";

/** How a new ticket is sorted. */
export interface Sorting {
  /** The default queue as long as none is chosen. */
  queueId: string | null;
  priority: Priority;
  category: string | null;
  tags: string[];
}

interface NewTicketFactsProps {
  sorting: Sorting;
  onChange: (sorting: Sorting) => void;
  error: unknown;
}

/** Queue, priority, category and tags of a new ticket. */
export function NewTicketFacts({ sorting, onChange, error }: NewTicketFactsProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const { data: queues = [] } = useQuery(queuesQuery);
  const categories = useCategoryChoices(true);
  const set = (change: Partial<Sorting>) => onChange({ ...sorting, ...change });
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t("field.queue")} error={fieldError(error, "queueId")}>
          {(control) => (
            <Select
              {...control}
              label={t("field.queue")}
              options={queues.map((queue) => ({ value: queue.id, label: queue.name }))}
              value={sorting.queueId ?? queues.find((queue) => queue.isDefault)?.id ?? null}
              onChange={(queueId) => set({ queueId })}
            />
          )}
        </Field>
        <Field label={t("field.priority")} error={fieldError(error, "priority")}>
          {(control) => (
            <Select
              {...control}
              label={t("field.priority")}
              options={priorities.map((value) => ({
                value,
                label: common(`priority.${value}`),
                icon: <PriorityIcon priority={value} />,
              }))}
              value={sorting.priority}
              onChange={(value) => set({ priority: priorities.find((each) => each === value) ?? "normal" })}
            />
          )}
        </Field>
      </div>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t("field.category")} error={fieldError(error, "category")}>
          {(control) => (
            <Combobox
              {...control}
              clearable
              label={t("field.category")}
              placeholder={t("noCategory")}
              options={categories}
              value={sorting.category}
              onChange={(category) => set({ category })}
            />
          )}
        </Field>
        <Field label={t("field.tags")} hint={t("tags.hint")} error={fieldError(error, "tags")}>
          {(control) => <TagsField {...control} tags={sorting.tags} onChange={(tags) => set({ tags })} />}
        </Field>
      </div>
    </>
  );
}
