import { useTranslation } from "react-i18next";
import type { Role } from "@/api/types";
import { Select } from "@/components/combobox";
import { Field } from "@/components/field";
import { fieldError } from "@/components/form-error";
import { CompanyField } from "@/features/companies/components/company-field";
import { needsCompany } from "../model/create";

interface RoleAndCompanyProps {
  /** Roles the caller may give; with one there is nothing to choose. */
  roles: readonly Role[];
  role: Role;
  companyId: string | null;
  companyMissing: boolean;
  error: unknown;
  onChange: (change: { role?: Role; companyId?: string | null }) => void;
  disabled?: boolean;
}

/** What a person may do, and for which company: the same in every form that asks. */
export function RoleAndCompany(props: RoleAndCompanyProps) {
  const { roles, role, companyId, companyMissing, error, onChange, disabled } = props;
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  return (
    <>
      {roles.length > 1 && (
        <Field label={t("field.role")} hint={t(`roleHint.${role}`)} error={fieldError(error, "role")}>
          {(control) => (
            <Select
              {...control}
              label={t("field.role")}
              disabled={disabled}
              options={roles.map((value) => ({ value, label: common(`role.${value}`) }))}
              value={role}
              onChange={(value) => onChange({ role: roles.find((each) => each === value) ?? role })}
            />
          )}
        </Field>
      )}
      <Field
        label={t("field.company")}
        error={fieldError(error, "companyId") ?? (companyMissing ? t("create.companyMissing") : undefined)}
        required={needsCompany(role)}
      >
        {(control) => (
          <CompanyField
            {...control}
            value={companyId}
            onChange={(chosen) => onChange({ companyId: chosen })}
            clearable={!needsCompany(role)}
          />
        )}
      </Field>
    </>
  );
}
