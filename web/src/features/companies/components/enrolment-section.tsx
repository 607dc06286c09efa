import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Company } from "@/api/types";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { CopyButton } from "@/components/copy-button";
import { Section } from "@/components/section";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useRotateCode } from "../api/companies";
import { EnrolCommand } from "./enrol-command";

/** The provisioning code, the command it goes into, and, apart from them, its replacement. */
export function EnrolmentSection({ company, code }: { company: Company; code: string }) {
  const { t } = useTranslation("companies");
  const describe = useErrorText();
  const rotate = useRotateCode(company.id);
  const [asking, setAsking] = useState(false);
  const confirm = () =>
    rotate.mutate(undefined, {
      onSuccess: () => {
        setAsking(false);
        toastDone(t("code.rotated"));
      },
      onError: (error) => toastFailed(describe(error)),
    });
  return (
    <Section title={t("code.title")}>
      <p className="text-sm text-ink-2">{t("code.description")}</p>
      <div className="flex items-center gap-1 self-start rounded-md border border-line bg-canvas py-1 pr-1 pl-3">
        <code data-testid="provisioning-code" className="font-mono text-sm tracking-wide break-all">
          {code}
        </code>
        <CopyButton value={code} label={t("code.copy")} />
      </div>
      <h3 className="mt-3 text-sm font-medium">{t("enrol.title")}</h3>
      <p className="text-sm text-ink-2">{t("enrol.description")}</p>
      <EnrolCommand code={code} />
      <div className="mt-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-line pt-4">
        <p className="max-w-md min-w-0 text-sm text-ink-2">{t("code.rotateHint")}</p>
        <Button onClick={() => setAsking(true)}>{t("code.rotate")}</Button>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("code.confirmTitle", { company: company.name })}
        description={t("code.confirm")}
        verb={t("code.rotate")}
        busy={rotate.isPending}
        onConfirm={confirm}
      />
    </Section>
  );
}
