import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { FilterChip } from "@/components/filter-chip";
import { PresenceDot } from "@/components/presence-dot";
import { SearchField } from "@/components/search-field";
import { Toolbar } from "@/components/toolbar";
import { useCan } from "@/features/auth/api/session";
import { CompanyFilter } from "@/features/companies/components/company-filter";
import { compact, type DeviceFilter, isFiltered, presences } from "../model/filter";

interface DeviceFiltersProps {
  filter: DeviceFilter;
  onFilter: (filter: DeviceFilter) => void;
  searchRef: Ref<HTMLInputElement>;
}

/** The filters of the device list. Only staff see more than one company. */
export function DeviceFilters({ filter, onFilter, searchRef }: DeviceFiltersProps) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const seesCompanies = useCan("companies.read", "devices.manage");
  const set = (change: DeviceFilter) => onFilter(compact({ ...filter, ...change }));
  return (
    <Toolbar onClear={isFiltered(filter) ? () => onFilter({}) : undefined}>
      <SearchField
        ref={searchRef}
        label={t("list.search")}
        value={filter.q ?? ""}
        onChange={(q) => set({ q })}
        className="w-48 shrink-0 md:w-64"
      />
      {seesCompanies && <CompanyFilter value={filter.companyId} onChange={(companyId) => set({ companyId })} />}
      <FilterChip
        label={t("presence")}
        options={presences.map((value) => ({
          value,
          label: common(`presence.${value}`),
          icon: <PresenceDot presence={value} />,
        }))}
        selected={filter.presence ?? []}
        onChange={(values) => set({ presence: presences.filter((each) => values.includes(each)) })}
      />
    </Toolbar>
  );
}
