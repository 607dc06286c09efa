import { useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { Device } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useResetAgent } from "../api/devices";

/** Says what a reset does and to whom, and does it. */
export function ResetAgentDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation("devices");
  const describe = useErrorText();
  const reset = useResetAgent(device.id);
  // One key an asking: pressing again after a lost answer is the same reset.
  const [key] = useState(idempotencyKey);
  const confirm = () =>
    reset.mutate(key, {
      onSuccess: ({ revokedTokens }) => {
        onClose();
        toastDone(t("reset.done", { count: revokedTokens, name: device.name }));
      },
      onError: (error) => toastFailed(describe(error)),
    });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("reset.confirmTitle", { name: device.name })}
      description={t("reset.lead")}
      verb={t("reset.action")}
      busy={reset.isPending}
      onConfirm={confirm}
    >
      <ul className="flex list-disc flex-col gap-1.5 pl-5 text-sm text-ink-2">
        <li>{t("reset.cut")}</li>
        <li>{t("reset.again", { person: device.assignedUser?.name ?? t("reset.itsPerson") })}</li>
        <li>{t("reset.kept")}</li>
      </ul>
    </ConfirmDialog>
  );
}
