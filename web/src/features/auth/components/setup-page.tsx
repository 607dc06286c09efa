import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { CircleCheck, KeyRound } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useTitle } from "@/components/page";
import { SkeletonPage } from "@/components/skeleton";
import { setupQuery, useSetup } from "../api/session";
import { AuthLayout } from "./auth-layout";
import { NewPasswordField } from "./new-password-field";

/** The first page of a new installation: names it and makes its first administrator. */
export function SetupPage({ token }: { token: string | undefined }) {
  const { t } = useTranslation("auth");
  const setup = useQuery(setupQuery);
  useTitle(t("setup.title"));
  if (setup.isPending) return <SkeletonPage />;
  if (setup.isError) return <ErrorState error={setup.error} retry={() => void setup.refetch()} />;
  if (!setup.data.required) {
    return (
      <Notice>
        <EmptyState
          alone
          icon={CircleCheck}
          title={t("setup.done.title")}
          description={t("setup.done.description")}
          action={
            <Button asChild variant="primary">
              <Link to="/entrar">{t("signIn.submit")}</Link>
            </Button>
          }
        />
      </Notice>
    );
  }
  if (!token) {
    return (
      <Notice>
        <EmptyState alone icon={KeyRound} title={t("setup.noToken.title")} description={t("setup.noToken.description")} />
      </Notice>
    );
  }
  return <SetupForm token={token} />;
}

function Notice({ children }: { children: ReactNode }) {
  return <main className="flex h-full items-center justify-center">{children}</main>;
}

function SetupForm({ token }: { token: string }) {
  const { t } = useTranslation("auth");
  const router = useRouter();
  const setup = useSetup();
  const [form, setForm] = useState({ tenantName: "", name: "", email: "", password: "" });
  const input = (name: keyof typeof form) => ({
    name,
    required: true,
    value: form[name],
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setup.mutate({ ...form, email: form.email.trim(), token }, { onSuccess: () => router.history.push("/chamados") });
  };
  return (
    <AuthLayout title={t("setup.title")} lead={t("setup.lead")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("setup.tenantName")} hint={t("setup.tenantNameHint")} error={fieldError(setup.error, "tenantName")}>
          {(control) => <Input {...control} {...input("tenantName")} autoFocus autoComplete="organization" maxLength={120} />}
        </Field>
        <Field label={t("setup.name")} error={fieldError(setup.error, "name")}>
          {(control) => <Input {...control} {...input("name")} autoComplete="name" maxLength={120} />}
        </Field>
        <Field label={t("email")} error={fieldError(setup.error, "email")}>
          {(control) => <Input {...control} {...input("email")} type="email" autoComplete="username" />}
        </Field>
        <NewPasswordField
          label={t("password")}
          name="password"
          value={form.password}
          onChange={(password) => setForm({ ...form, password })}
          error={setup.error}
        />
        <FormError error={setup.error} />
        <Button type="submit" variant="primary" size="lg" busy={setup.isPending}>
          {t("setup.submit")}
        </Button>
      </form>
    </AuthLayout>
  );
}
