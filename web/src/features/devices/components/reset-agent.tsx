import { useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Section } from "@/components/section";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useResetAgent } from "../api/devices";

/** Cuts the device off until it is enrolled again: by itself at the end of the page, and only after asking. */
export function ResetAgent({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const describe = useErrorText();
  const reset = useResetAgent(device.id);
  // One key an asking: pressing again after a lost answer is the same reset.
  const [key, setKey] = useState<ReturnType<typeof idempotencyKey>>();
  const confirm = () =>
    key &&
    reset.mutate(key, {
      onSuccess: ({ revokedTokens }) => {
        setKey(undefined);
        toastDone(t("reset.done", { count: revokedTokens, name: device.name }));
      },
      onError: (error) => toastFailed(describe(error)),
    });
  return (
    <Section title={t("reset.title")} className="border-t border-line pt-5">
      <p className="text-sm text-ink-2">{t(device.enrolled ? "reset.description" : "reset.already")}</p>
      {device.enrolled && (
        <Button className="mt-1 self-start text-danger-ink" onClick={() => setKey(idempotencyKey())}>
          {t("reset.action")}
        </Button>
      )}
      <ConfirmDialog
        open={key !== undefined}
        onOpenChange={(open) => !open && setKey(undefined)}
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
    </Section>
  );
}
