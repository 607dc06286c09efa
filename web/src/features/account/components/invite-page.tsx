import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isCode, isStatus } from "@/api/error";
import type { InvitePreview } from "@/api/types";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { Fact, Facts } from "@/components/facts";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useTitle } from "@/components/page";
import { SkeletonPage } from "@/components/skeleton";
import { AuthLayout } from "@/features/auth/components/auth-layout";
import { FixedEmail } from "@/features/auth/components/fixed-email";
import { NewPasswordField } from "@/features/auth/components/new-password-field";
import { inviteQuery, useAcceptInvite } from "../api/links";
import { DeadLink } from "./dead-link";

/** Where the link of an invite leads; `token` is what stands behind its `#`. */
export function InvitePage({ token }: { token: string }) {
  const invite = useQuery({ ...inviteQuery(token), enabled: token !== "" });
  if (token === "") return <DeadLink reason="incomplete" />;
  if (invite.isPending) return <SkeletonPage />;
  if (isStatus(invite.error, 401)) return <DeadLink reason="invite" />;
  if (!invite.data) {
    return (
      <main>
        <ErrorState error={invite.error} retry={() => void invite.refetch()} />
      </main>
    );
  }
  return <AcceptForm key={token} token={token} invite={invite.data} />;
}

function AcceptForm({ token, invite }: { token: string; invite: InvitePreview }) {
  const { t } = useTranslation("account");
  const auth = useTranslation("auth").t;
  const router = useRouter();
  const accept = useAcceptInvite(token);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const title = t("invite.title", { tenant: invite.tenantName });
  useTitle(title);
  // Used or taken back while the form was open.
  if (isStatus(accept.error, 401)) return <DeadLink reason="invite" />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The link is used: the way back leads past it.
    accept.mutate({ name: name.trim(), password }, { onSuccess: () => router.history.replace("/") });
  };
  return (
    <AuthLayout title={title} lead={t("invite.lead")}>
      <InviteFacts invite={invite} />
      <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
        <FixedEmail email={invite.email} hint={t("invite.emailHint")} />
        <Field label={t("invite.name")} error={fieldError(accept.error, "name")}>
          {(control) => (
            <Input
              {...control}
              name="name"
              autoComplete="name"
              autoFocus
              required
              maxLength={120}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <NewPasswordField
          label={auth("password")}
          name="password"
          value={password}
          onChange={setPassword}
          error={accept.error}
        />
        <FormError error={accept.error} />
        {isCode(accept.error, "email_taken") && (
          <Link to="/entrar" className="self-start text-sm font-medium text-accent-ink hover:underline">
            {t("link.signIn")}
          </Link>
        )}
        <Button type="submit" variant="primary" size="lg" busy={accept.isPending || accept.isSuccess}>
          {t("invite.submit")}
        </Button>
      </form>
    </AuthLayout>
  );
}

function InviteFacts({ invite }: { invite: InvitePreview }) {
  const { t } = useTranslation("account");
  const common = useTranslation().t;
  const hint = useTranslation("users").t(`roleHint.${invite.role}`);
  return (
    <>
      <Facts>
        {invite.companyName && <Fact label={t("invite.company")}>{invite.companyName}</Fact>}
        <Fact label={t("invite.role")}>{common(`role.${invite.role}`)}</Fact>
      </Facts>
      <p className="text-xs text-ink-3">{hint}</p>
    </>
  );
}
