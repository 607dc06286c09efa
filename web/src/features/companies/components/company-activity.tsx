import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isStatus } from "@/api/error";
import type { Company } from "@/api/types";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Section } from "@/components/section";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { companyQuery, useUpdateCompany } from "../api/companies";

/** Whether new computers may enrol for the company; switching it off asks first. */
export function CompanyActivity({ company }: { company: Company }) {
  const { t } = useTranslation("companies");
  const describe = useErrorText();
  const queryClient = useQueryClient();
  const update = useUpdateCompany(company.id);
  const [asking, setAsking] = useState(false);
  const set = (active: boolean) =>
    update.mutate(
      { version: company.version, changes: { active } },
      {
        onSuccess: () => {
          setAsking(false);
          toastDone(t(active ? "activity.activated" : "activity.deactivated", { company: company.name }));
        },
        onError: (error) => {
          setAsking(false);
          toastFailed(describe(error));
          if (isStatus(error, 412)) void queryClient.invalidateQueries(companyQuery(company.id));
        },
      },
    );
  return (
    <Section title={t("activity.title")}>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="max-w-md min-w-0 text-sm text-ink-2">{t(company.active ? "activity.isActive" : "activity.isInactive")}</p>
        {company.active ? (
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
        title={t("activity.confirmTitle", { company: company.name })}
        description={t("activity.confirm")}
        verb={t("activity.deactivate")}
        busy={update.isPending}
        onConfirm={() => set(false)}
      />
    </Section>
  );
}
