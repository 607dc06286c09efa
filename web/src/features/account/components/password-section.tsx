import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isCode } from "@/api/error";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { FormError } from "@/components/form-error";
import { Section } from "@/components/section";
import { useMe } from "@/features/auth/api/session";
import { NewPasswordField } from "@/features/auth/components/new-password-field";
import { useErrorText } from "@/lib/error-text";
import { toastDone } from "@/lib/toast";
import { useChangePassword } from "../api/sessions";

const NOTHING = { currentPassword: "", newPassword: "" };

/** Changes the signed-in user's password, which the present one vouches for. */
export function PasswordSection() {
  const { t } = useTranslation("account");
  const describe = useErrorText();
  const { user } = useMe();
  const change = useChangePassword();
  const [form, setForm] = useState(NOTHING);
  const wrong = isCode(change.error, "current_password_wrong");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(form, {
      onSuccess: ({ endedSessions: count }) => {
        setForm(NOTHING);
        toastDone(count > 0 ? t("password.doneEnded", { count }) : t("password.done"));
      },
    });
  };
  return (
    <Section title={t("password.title")}>
      <p className="text-sm text-ink-2">{t("password.description")}</p>
      <form onSubmit={submit} className="mt-2 flex max-w-sm flex-col gap-4">
        {/* Tells a password manager whose password changes. */}
        <input type="email" name="email" autoComplete="username" value={user.email ?? ""} readOnly hidden />
        <Field label={t("password.current")} error={wrong ? describe(change.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              type="password"
              name="currentPassword"
              autoComplete="current-password"
              required
              value={form.currentPassword}
              onChange={(event) => setForm({ ...form, currentPassword: event.target.value })}
            />
          )}
        </Field>
        <NewPasswordField
          label={t("reset.password")}
          name="newPassword"
          value={form.newPassword}
          onChange={(newPassword) => setForm({ ...form, newPassword })}
          error={change.error}
        />
        {!wrong && <FormError error={change.error} />}
        <Button type="submit" className="self-start" busy={change.isPending}>
          {t("password.submit")}
        </Button>
      </form>
    </Section>
  );
}
