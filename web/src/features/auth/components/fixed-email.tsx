import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Field, Input } from "@/components/field";

/** Whose password is chosen: to be read, and to be kept by a password manager with it. */
export function FixedEmail({ email, hint }: { email: string; hint?: ReactNode }) {
  const { t } = useTranslation("auth");
  return (
    <Field label={t("email")} hint={hint}>
      {(control) => (
        <Input
          {...control}
          type="email"
          name="email"
          autoComplete="username"
          readOnly
          value={email}
          className="bg-hover text-ink-2"
        />
      )}
    </Field>
  );
}
