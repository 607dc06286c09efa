import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { FilterChip } from "@/components/filter-chip";
import { SearchField } from "@/components/search-field";
import { Toolbar } from "@/components/toolbar";
import { useCan } from "@/features/auth/api/session";
import { CompanyFilter } from "@/features/companies/components/company-filter";
import { compact, isNarrowed, personRoles, roles, type UserFilter } from "../model/filter";
import { KindSwitch } from "./kind-switch";

interface UserFiltersProps {
  filter: UserFilter;
  onFilter: (filter: UserFilter) => void;
  searchRef: Ref<HTMLInputElement>;
}

/** The filters of the user list. Only staff see more than one company. */
export function UserFilters({ filter, onFilter, searchRef }: UserFiltersProps) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const seesCompanies = useCan("companies.read", "users.create");
  const set = (change: UserFilter) => onFilter(compact({ ...filter, ...change }));
  const offered = filter.kind === "person" ? personRoles : roles;
  return (
    <Toolbar onClear={isNarrowed(filter) ? () => onFilter(filter.kind ? { kind: filter.kind } : {}) : undefined}>
      <KindSwitch value={filter.kind} onChange={(kind) => set({ kind })} />
      <SearchField
        ref={searchRef}
        label={t("list.search")}
        value={filter.q ?? ""}
        onChange={(q) => set({ q })}
        className="w-44 shrink-0 md:w-56"
      />
      {filter.kind !== "device" && (
        <FilterChip
          label={t("field.role")}
          options={offered.map((value) => ({ value, label: common(`role.${value}`) }))}
          selected={filter.role ?? []}
          onChange={(values) => set({ role: roles.filter((each) => values.includes(each)) })}
        />
      )}
      {seesCompanies && <CompanyFilter value={filter.companyId} onChange={(companyId) => set({ companyId })} />}
    </Toolbar>
  );
}
