import { useTranslation } from "react-i18next";
import { FilterChip } from "@/components/filter-chip";
import { useCompanyChoices } from "../hooks/use-company-choices";

interface CompanyFilterProps {
  value: string | undefined;
  onChange: (companyId: string | undefined) => void;
}

/** One company out of all of them, as a list's filter. For every list that has companies. */
export function CompanyFilter({ value, onChange }: CompanyFilterProps) {
  const { t } = useTranslation("companies");
  const { options, current, onSearch, loading } = useCompanyChoices(value ?? null);
  const named = current && !options.some((option) => option.value === current.value) ? [...options, current] : options;
  return (
    <FilterChip
      label={t("one")}
      options={named}
      selected={value ? [value] : []}
      onChange={([next]) => onChange(next)}
      single
      onSearch={onSearch}
      loading={loading}
    />
  );
}
