import { useTranslation } from "react-i18next";
import { Combobox } from "@/components/combobox";
import type { ControlProps } from "@/components/field";
import { useCompanyChoices } from "../hooks/use-company-choices";

interface CompanyFieldProps extends Partial<ControlProps> {
  value: string | null;
  onChange: (companyId: string | null) => void;
  clearable?: boolean;
}

/** One company out of all of them, as a form's control. For every form that asks for one. */
export function CompanyField({ value, onChange, clearable, ...control }: CompanyFieldProps) {
  const { t } = useTranslation("companies");
  return (
    <Combobox
      {...control}
      {...useCompanyChoices(value)}
      label={t("one")}
      value={value}
      onChange={onChange}
      clearable={clearable}
    />
  );
}
