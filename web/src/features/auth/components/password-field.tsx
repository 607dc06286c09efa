import { useTranslation } from "react-i18next";
import { Field, Input } from "@/components/field";

interface PasswordFieldProps {
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
}

/** The password by which somebody signs in. */
export function PasswordField({ value, onChange, autoFocus }: PasswordFieldProps) {
  const { t } = useTranslation("auth");
  return (
    <Field label={t("password")}>
      {(control) => (
        <Input
          {...control}
          type="password"
          name="password"
          autoComplete="current-password"
          autoFocus={autoFocus}
          required
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
