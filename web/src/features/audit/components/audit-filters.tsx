import { useTranslation } from "react-i18next";
import type { AuditEntry } from "@/api/types";
import { FixedChip } from "@/components/chip";
import { FilterChip } from "@/components/filter-chip";
import type { Option } from "@/components/option-list";
import { PeriodChip } from "@/components/period-chip";
import { Toolbar } from "@/components/toolbar";
import { useActorChoices } from "../hooks/use-actor-choices";
import { actions, kinds } from "../model/entry";
import { type AuditFilter, compact, isFiltered } from "../model/filter";

interface AuditFiltersProps {
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
  /** What is shown now: knows names of what the filter has ids of. */
  entries: readonly AuditEntry[];
}

/** The filters of the audit log: what was done, by whom, when, and to what. */
export function AuditFilters({ filter, onFilter, entries }: AuditFiltersProps) {
  const { t } = useTranslation("audit");
  const set = (change: AuditFilter) => onFilter(compact({ ...filter, ...change }));
  const actors = useActorChoices(
    filter.actorId,
    entries.map(({ actor }) => actor),
  );
  const offered: Option[] = kinds.flatMap((kind) => [
    { value: `${kind}.`, label: t(`kind.${kind}`), hint: t("filter.all") },
    ...actions
      .filter((action) => action.startsWith(`${kind}.`))
      .map((action) => ({ value: action, label: t(`action.${action}`) })),
  ]);
  // An action of a newer server, or of an address typed by hand.
  const known = !filter.action || offered.some(({ value }) => value === filter.action);
  const target = entries.find(({ target: { id } }) => id === filter.targetId)?.target.name;
  return (
    <Toolbar onClear={isFiltered(filter) ? () => onFilter({}) : undefined}>
      <FilterChip
        label={t("filter.action")}
        options={known ? offered : [{ value: filter.action ?? "", label: filter.action ?? "" }, ...offered]}
        selected={filter.action ? [filter.action] : []}
        onChange={([action]) => set({ action })}
        single
      />
      <FilterChip
        label={t("filter.actor")}
        {...actors}
        selected={filter.actorId ? [filter.actorId] : []}
        onChange={([actorId]) => set({ actorId })}
        single
      />
      <PeriodChip label={t("filter.period")} value={{ from: filter.from, to: filter.to }} onChange={set} />
      {filter.targetId && (
        <FixedChip
          label={t("filter.target")}
          value={target || filter.targetId}
          onClear={() => set({ targetId: undefined })}
        />
      )}
    </Toolbar>
  );
}
