import { useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { User } from "@/api/types";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { SecretDialog } from "@/components/secret-dialog";
import { useErrorText } from "@/lib/error-text";
import { formatDateTime } from "@/lib/time";
import { toastFailed } from "@/lib/toast";
import { useLocale } from "@/lib/use-locale";
import { useResetPassword } from "../api/users";
import { AccessItem } from "./access-item";

/** Starts a password reset: asks, then shows the one-time link. Nobody but the person chooses the password. */
export function ResetPassword({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const describe = useErrorText();
  const locale = useLocale();
  const reset = useResetPassword(user.id);
  // One key for one wish: confirming again after a lost answer gives the same link.
  const [key, setKey] = useState<ReturnType<typeof idempotencyKey>>();
  const close = () => {
    setKey(undefined);
    reset.reset();
  };
  const link = reset.data;
  return (
    <AccessItem text={t(user.hasPassword ? "reset.text" : "reset.textFirst")}>
      <Button onClick={() => setKey(idempotencyKey())}>{t(user.hasPassword ? "reset.action" : "reset.actionFirst")}</Button>
      <ConfirmDialog
        open={key !== undefined && !link}
        onOpenChange={(open) => !open && close()}
        title={t("reset.confirmTitle", { name: user.name })}
        description={t("reset.confirm")}
        verb={t("reset.verb")}
        danger={user.hasPassword}
        busy={reset.isPending}
        onConfirm={() => key && reset.mutate(key, { onError: (error) => toastFailed(describe(error)) })}
      />
      {link && (
        <SecretDialog
          title={t("reset.doneTitle")}
          description={t(link.emailed ? "reset.emailed" : "reset.handOver", {
            name: user.name,
            until: formatDateTime(link.expiresAt, locale),
          })}
          secret={link.url}
          copyLabel={t("copyLink")}
          onClose={close}
        />
      )}
    </AccessItem>
  );
}
