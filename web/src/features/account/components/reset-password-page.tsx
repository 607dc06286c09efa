import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isStatus } from "@/api/error";
import type { PasswordResetPreview } from "@/api/types";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { FormError } from "@/components/form-error";
import { useTitle } from "@/components/page";
import { SkeletonPage } from "@/components/skeleton";
import { AuthLayout } from "@/features/auth/components/auth-layout";
import { FixedEmail } from "@/features/auth/components/fixed-email";
import { NewPasswordField } from "@/features/auth/components/new-password-field";
import { passwordResetQuery, useResetPassword } from "../api/links";
import { DeadLink } from "./dead-link";

/** Where the link of a password reset leads; `token` is what stands behind its `#`. */
export function ResetPasswordPage({ token }: { token: string }) {
  const reset = useQuery({ ...passwordResetQuery(token), enabled: token !== "" });
  if (token === "") return <DeadLink reason="incomplete" />;
  if (reset.isPending) return <SkeletonPage />;
  if (isStatus(reset.error, 401)) return <DeadLink reason="reset" />;
  if (!reset.data) {
    return (
      <main>
        <ErrorState error={reset.error} retry={() => void reset.refetch()} />
      </main>
    );
  }
  return <ResetForm key={token} token={token} person={reset.data} />;
}

function ResetForm({ token, person }: { token: string; person: PasswordResetPreview }) {
  const { t } = useTranslation("account");
  const router = useRouter();
  const reset = useResetPassword(token);
  const [password, setPassword] = useState("");
  useTitle(t("reset.title"));
  // Used or replaced while the form was open.
  if (isStatus(reset.error, 401)) return <DeadLink reason="reset" />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The link is used: the way back leads past it.
    reset.mutate(password, { onSuccess: () => router.history.replace("/") });
  };
  return (
    <AuthLayout title={t("reset.title")} lead={t("reset.lead", { name: person.name })}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <FixedEmail email={person.email} />
        <NewPasswordField
          label={t("reset.password")}
          name="password"
          value={password}
          onChange={setPassword}
          error={reset.error}
          autoFocus
        />
        <FormError error={reset.error} />
        <Button type="submit" variant="primary" size="lg" busy={reset.isPending || reset.isSuccess}>
          {t("reset.submit")}
        </Button>
      </form>
    </AuthLayout>
  );
}
