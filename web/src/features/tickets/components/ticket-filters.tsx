import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { FilterChip } from "@/components/filter-chip";
import { PeriodChip } from "@/components/period-chip";
import { SearchField } from "@/components/search-field";
import { Toolbar } from "@/components/toolbar";
import { useCan, useMe } from "@/features/auth/api/session";
import {
  useAllQueueChoices,
  useCategoryChoices,
  useCompanyChoices,
  useDeviceChoices,
  usePeopleChoices,
  useStaffChoices,
  useTagChoices,
} from "../hooks/use-choices";
import { compact, isFiltered, NONE, priorities, statuses, type TicketFilter } from "../model/filter";
import { PriorityIcon } from "./priority-icon";

interface TicketFiltersProps {
  filter: TicketFilter;
  onFilter: (filter: TicketFilter) => void;
  searchRef: Ref<HTMLInputElement>;
  /** What is shown now: knows tags to offer. */
  tickets: readonly Ticket[];
}

/** The filters of the ticket list. Those about other people's things are staff's. */
export function TicketFilters({ filter, onFilter, searchRef, tickets }: TicketFiltersProps) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const staff = useCan("tickets.work");
  const queues = useAllQueueChoices();
  const categories = useCategoryChoices();
  const tags = useTagChoices(
    tickets.flatMap((ticket) => ticket.tags),
    filter.tag ?? [],
  );
  const set = (change: TicketFilter) => onFilter(compact({ ...filter, ...change }));
  return (
    <Toolbar onClear={isFiltered(filter) ? () => onFilter(compact({ sort: filter.sort })) : undefined}>
      <SearchField
        ref={searchRef}
        label={t("list.search")}
        value={filter.q ?? ""}
        onChange={(q) => set({ q })}
        className="w-44 shrink-0 md:w-56"
      />
      <FilterChip
        label={t("field.status")}
        options={statuses.map((value) => ({ value, label: common(`status.${value}`) }))}
        selected={filter.status ?? []}
        onChange={(values) => set({ status: statuses.filter((each) => values.includes(each)) })}
      />
      {staff && <StaffFilters filter={filter} set={set} />}
      <FilterChip
        label={t("field.queue")}
        options={queues}
        selected={filter.queueId ?? []}
        onChange={(queueId) => set({ queueId })}
      />
      <FilterChip
        label={t("field.priority")}
        options={priorities.map((value) => ({
          value,
          label: common(`priority.${value}`),
          icon: <PriorityIcon priority={value} />,
        }))}
        selected={filter.priority ?? []}
        onChange={(values) => set({ priority: priorities.filter((each) => values.includes(each)) })}
      />
      <FilterChip
        label={t("field.category")}
        options={[{ value: NONE, label: t("noCategory") }, ...categories]}
        selected={filter.category ?? []}
        onChange={(category) => set({ category })}
      />
      <FilterChip label={t("field.tag")} {...tags} selected={filter.tag ?? []} onChange={(tag) => set({ tag })} />
      <PeriodChip
        label={t("field.created")}
        value={{ from: filter.createdFrom, to: filter.createdTo }}
        onChange={({ from, to }) => set({ createdFrom: from, createdTo: to })}
      />
      {/* Seldom asked for: it comes with the dashboard's numbers. */}
      {(filter.resolvedFrom ?? filter.resolvedTo) && (
        <PeriodChip
          label={t("field.resolved")}
          value={{ from: filter.resolvedFrom, to: filter.resolvedTo }}
          onChange={({ from, to }) => set({ resolvedFrom: from, resolvedTo: to })}
        />
      )}
    </Toolbar>
  );
}

function StaffFilters({ filter, set }: { filter: TicketFilter; set: (change: TicketFilter) => void }) {
  const { t } = useTranslation("tickets");
  const { user } = useMe();
  const people = (filter.assigneeId ?? []).filter((id) => id !== NONE);
  const staff = useStaffChoices(people);
  const companies = useCompanyChoices(filter.companyId);
  const devices = useDeviceChoices(null, filter.deviceId);
  const requesters = usePeopleChoices(null, filter.requesterId);
  const watchers = usePeopleChoices(null, filter.watcherId);
  const others = staff.options.filter((option) => option.value !== user.id);
  const me = staff.options.find((option) => option.value === user.id);
  return (
    <>
      <FilterChip
        label={t("field.assignee")}
        {...staff}
        options={[{ value: NONE, label: t("nobody") }, ...(me ? [{ ...me, hint: t("you") }] : []), ...others]}
        selected={filter.assigneeId ?? []}
        onChange={(assigneeId) => set({ assigneeId })}
      />
      <FilterChip
        label={t("field.company")}
        {...companies}
        selected={filter.companyId ?? []}
        onChange={(companyId) => set({ companyId })}
      />
      <FilterChip
        label={t("field.requester")}
        {...requesters}
        selected={filter.requesterId ?? []}
        onChange={(requesterId) => set({ requesterId })}
      />
      <FilterChip
        label={t("field.device")}
        {...devices}
        selected={filter.deviceId ?? []}
        onChange={(deviceId) => set({ deviceId })}
      />
      {/* Seldom asked for: it comes with an address. */}
      {filter.watcherId && (
        <FilterChip
          label={t("field.watcher")}
          {...watchers}
          selected={filter.watcherId}
          onChange={(watcherId) => set({ watcherId })}
        />
      )}
    </>
  );
}
