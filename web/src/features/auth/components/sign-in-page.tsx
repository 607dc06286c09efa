import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { FormError } from "@/components/form-error";
import { useTitle } from "@/components/page";
import { setupQuery, useSignIn } from "../api/session";
import { returnAddress } from "../model/return-address";
import { AuthLayout } from "./auth-layout";
import { PasswordField } from "./password-field";

/** E-mail and password; afterwards the page that was asked for. */
export function SignInPage({ returnTo }: { returnTo: string | undefined }) {
  const { t } = useTranslation("auth");
  const router = useRouter();
  const signIn = useSignIn();
  const setup = useQuery(setupQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  useTitle(t("signIn.title"));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate(
      { email: email.trim(), password },
      { onSuccess: () => router.history.push(returnAddress(returnTo)), onError: () => setPassword("") },
    );
  };
  return (
    <AuthLayout title={t("signIn.title")} lead={returnTo ? t("signIn.leadReturn") : undefined}>
      {setup.data?.required && (
        <p className="mb-5 rounded-md border border-note-line bg-note px-3 py-2 text-sm text-note-ink">
          {t("signIn.setupRequired")}
        </p>
      )}
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("email")}>
          {(control) => (
            <Input
              {...control}
              type="email"
              name="email"
              autoComplete="username"
              autoFocus
              required
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <PasswordField value={password} onChange={setPassword} />
        <FormError error={signIn.error} />
        <Button type="submit" variant="primary" size="lg" busy={signIn.isPending}>
          {t("signIn.submit")}
        </Button>
      </form>
    </AuthLayout>
  );
}
