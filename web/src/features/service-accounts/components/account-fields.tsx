import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/error";
import { Field, Input, Textarea } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import type { AccountTexts } from "../api/service-accounts";

interface AccountFieldsProps {
  values: AccountTexts;
  onChange: (field: keyof AccountTexts, value: string) => void;
  error: unknown;
}

/** Name and description, as a new account and a changed one ask for them. */
export function AccountFields({ values, onChange, error }: AccountFieldsProps) {
  const { t } = useTranslation("service-accounts");
  const common = useTranslation().t;
  const taken = error instanceof ApiError && error.code === "service_account_name_taken";
  return (
    <>
      <Field
        label={t("field.name")}
        error={fieldError(error, "name") ?? (taken ? common("errors.code.service_account_name_taken") : undefined)}
        required
      >
        {(control) => (
          <Input
            {...control}
            required
            autoFocus
            autoComplete="off"
            maxLength={120}
            value={values.name}
            onChange={(event) => onChange("name", event.target.value)}
          />
        )}
      </Field>
      <Field label={t("field.description")} hint={t("field.descriptionHint")} error={fieldError(error, "description")}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={500}
            value={values.description}
            onChange={(event) => onChange("description", event.target.value)}
          />
        )}
      </Field>
      {!taken && <FormError error={error} />}
    </>
  );
}
