import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BulkResult, Ticket } from "@/api/types";
import { Combobox, Select } from "@/components/combobox";
import { IconButton } from "@/components/icon-button";
import { Button } from "@/components/button";
import { useMe } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { type BulkChange, useBulkUpdate } from "../api/bulk";
import { useQueueChoices, useStaffChoices, useTagChoices } from "../hooks/use-choices";
import { type BulkStep, stepsBack } from "../model/bulk-undo";
import { NONE, priorities } from "../model/filter";
import { BulkResultsDialog, type Refused } from "./bulk-results-dialog";
import { PriorityIcon } from "./priority-icon";

interface BulkBarProps {
  /** The selected ones. */
  tickets: readonly Ticket[];
  /** How many of the list are here, selected or not. */
  listed: number;
  onSelectAll: () => void;
  /** Leaves these selected. */
  onSelect: (ids: readonly string[]) => void;
}

/** What can be done with all selected tickets at once; each has its own result. */
export function BulkBar({ tickets, listed, onSelectAll, onSelect }: BulkBarProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const describe = useErrorText();
  const { user } = useMe();
  const update = useBulkUpdate();
  const [refused, setRefused] = useState<{ done: number; refused: Refused[] }>();
  const staff = useStaffChoices([], tickets.length > 0);
  const queues = useQueueChoices(tickets.length > 0);
  const present = [...new Set(tickets.flatMap((ticket) => ticket.tags))];
  const tags = useTagChoices(present, []);

  /** Says what came of a change of these tickets, and answers with those it was refused for. */
  const tell = (changed: readonly Ticket[], results: readonly BulkResult[], done: (count: number) => void): Refused[] => {
    const failed = results.flatMap(({ id, error }) => {
      const ticket = changed.find((each) => each.id === id);
      return error && ticket ? [{ ticket, code: error.code, detail: error.detail }] : [];
    });
    const count = results.length - failed.length;
    if (failed.length > 0) setRefused({ done: count, refused: failed });
    else done(count);
    return failed;
  };
  const apply = async (change: BulkChange) => {
    try {
      const results = await update.mutateAsync({ tickets, change });
      const back = { label: common("undo"), run: () => void putBack(tickets, stepsBack(tickets, change, results)) };
      const failed = tell(tickets, results, (count) => toastDone(t("bulk.done", { count }), back));
      // What was refused stays selected, so that it can be tried again.
      onSelect(failed.map(({ ticket }) => ticket.id));
    } catch (error) {
      toastFailed(describe(error));
    }
  };
  const putBack = async (changed: readonly Ticket[], steps: readonly BulkStep[]) => {
    try {
      const results: BulkResult[] = [];
      for (const step of steps) results.push(...(await update.mutateAsync(step)));
      tell(changed, results, (count) => toastDone(t("bulk.undone", { count })));
    } catch (error) {
      toastFailed(describe(error));
    }
  };
  const busy = update.isPending;
  const me = { value: user.id, label: user.name, hint: t("you") };
  const others = staff.options.filter((option) => option.value !== user.id);
  return (
    <>
      {tickets.length > 0 && (
        <div
          role="toolbar"
          aria-label={t("bulk.title")}
          data-testid="bulk-bar"
          className="flex shrink-0 animate-appear items-center gap-2 overflow-x-auto border-t border-line bg-raised px-4 py-2 [scrollbar-width:none] md:px-5"
        >
          <span aria-live="polite" className="shrink-0 text-sm font-medium tabular-nums">
            {t("bulk.selected", { count: tickets.length })}
          </span>
          {tickets.length < listed && (
            <Button size="sm" variant="ghost" className="shrink-0" onClick={onSelectAll}>
              {t("bulk.selectAll", { count: listed })}
            </Button>
          )}
          <div className="mx-1 h-5 w-px shrink-0 bg-line" />
          <Combobox
            className="w-40 shrink-0"
            label={t("field.assignee")}
            placeholder={t("field.assignee")}
            {...staff}
            options={[{ value: NONE, label: t("nobody") }, me, ...others]}
            value={null}
            disabled={busy}
            onChange={(id) => id && void apply({ assigneeId: id === NONE ? null : id })}
          />
          <Combobox
            className="w-32 shrink-0"
            label={t("field.queue")}
            placeholder={t("field.queue")}
            options={queues}
            value={null}
            disabled={busy}
            onChange={(queueId) => queueId && void apply({ queueId })}
          />
          <Select
            className="w-32 shrink-0"
            label={t("field.priority")}
            placeholder={t("field.priority")}
            options={priorities.map((value) => ({
              value,
              label: common(`priority.${value}`),
              icon: <PriorityIcon priority={value} />,
            }))}
            value={null}
            disabled={busy}
            onChange={(value) => {
              const priority = priorities.find((each) => each === value);
              if (priority) void apply({ priority });
            }}
          />
          <Combobox
            className="w-36 shrink-0"
            label={t("bulk.addTag")}
            placeholder={t("bulk.addTag")}
            {...tags}
            value={null}
            disabled={busy}
            onChange={(tag) => tag && void apply({ addTags: [tag] })}
          />
          {present.length > 0 && (
            <Combobox
              className="w-36 shrink-0"
              label={t("bulk.removeTag")}
              placeholder={t("bulk.removeTag")}
              options={present.map((tag) => ({ value: tag, label: tag }))}
              value={null}
              disabled={busy}
              onChange={(tag) => tag && void apply({ removeTags: [tag] })}
            />
          )}
          <IconButton label={t("bulk.clear")} size="icon-sm" className="ml-auto shrink-0" onClick={() => onSelect([])}>
            <X aria-hidden />
          </IconButton>
        </div>
      )}
      {refused && <BulkResultsDialog {...refused} onClose={() => setRefused(undefined)} />}
    </>
  );
}
