import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isStatus } from "@/api/error";
import type { ServiceAccount } from "@/api/types";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Section } from "@/components/section";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { accountQuery, useUpdateAccount } from "../api/service-accounts";

/** Whether the account's keys are accepted; switching it off asks first. */
export function AccountActivity({ account }: { account: ServiceAccount }) {
  const { t } = useTranslation("service-accounts");
  const describe = useErrorText();
  const queryClient = useQueryClient();
  const update = useUpdateAccount(account.id);
  const [asking, setAsking] = useState(false);
  const { name } = account;
  const set = (active: boolean) =>
    update.mutate(
      { version: account.version, changes: { active } },
      {
        onSuccess: () => toastDone(t(active ? "activity.activated" : "activity.deactivated", { name })),
        onError: (error) => {
          toastFailed(describe(error));
          if (isStatus(error, 412)) void queryClient.invalidateQueries(accountQuery(account.id));
        },
        onSettled: () => setAsking(false),
      },
    );
  return (
    <Section title={t("activity.title")} className="border-t border-line pt-5">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="max-w-md min-w-0 text-sm text-ink-2">
          {t(account.active ? "activity.isActive" : "activity.isInactive")}
        </p>
        {account.active ? (
          <Button className="text-danger-ink" onClick={() => setAsking(true)}>
            {t("activity.deactivate")}
          </Button>
        ) : (
          <Button busy={update.isPending} onClick={() => set(true)}>
            {t("activity.activate")}
          </Button>
        )}
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("activity.confirmTitle", { name })}
        description={t("activity.confirm")}
        verb={t("activity.deactivate")}
        busy={update.isPending}
        onConfirm={() => set(false)}
      />
    </Section>
  );
}
