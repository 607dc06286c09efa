import { useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { Device, DeviceUsbPolicy } from "@/api/types";
import { Button } from "@/components/button";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { useCan } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastFailed } from "@/lib/toast";
import { useActorName } from "@/lib/use-actor-name";
import { useSetUsbPolicy } from "../api/usb-policy";
import { canAskAgain, reasonOf, remarkOf } from "../model/usb-policy";
import { UsbPolicyBadge } from "./usb-policy-badge";
import { UsbPolicyDialog } from "./usb-policy-dialog";

/** What the device lets be done with USB storage, what became of it, and for staff the way to change it. */
export function UsbPolicySection({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const mayManage = useCan("devices.manage");
  const [choosing, setChoosing] = useState(false);
  const policy = device.usbPolicy;
  return (
    <Section title={t("usb.title")}>
      {policy ? <Present device={device} policy={policy} /> : <p className="text-sm text-ink-2">{t("usb.none")}</p>}
      {mayManage && (
        <div className="mt-1 flex flex-wrap gap-2">
          <Button onClick={() => setChoosing(true)}>{t(policy ? "usb.change" : "usb.set")}</Button>
          {policy && canAskAgain(policy) && <AskAgain device={device} policy={policy} />}
        </div>
      )}
      {choosing && <UsbPolicyDialog device={device} onClose={() => setChoosing(false)} />}
    </Section>
  );
}

function Present({ device, policy }: { device: Device; policy: DeviceUsbPolicy }) {
  const { t } = useTranslation("devices");
  const actorName = useActorName();
  const remark = remarkOf(policy, device.presence === "online" || device.presence === "stale");
  const reason = reasonOf(policy.reason);
  return (
    <div className="flex flex-col gap-1.5 text-sm" aria-live="polite">
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium" data-testid="usb-policy">
          {t(`usb.policy.${policy.policy}`)}
        </span>
        <UsbPolicyBadge state={policy.state} />
      </p>
      {policy.state === "failed" && (
        <div className="text-danger-ink">
          <p>{reason ? t(`usb.reason.${reason}`) : policy.reason}</p>
          {policy.detail && <p className="text-xs wrap-anywhere text-ink-3">{policy.detail}</p>}
        </div>
      )}
      {remark && <p className="text-ink-2">{t(`usb.remark.${remark}`)}</p>}
      <p className="text-xs text-ink-3">
        {t("usb.setBy", { actor: actorName(policy.setBy) })} <RelativeTime value={policy.setAt} />
        {policy.reportedAt && (
          <>
            {" · "}
            {t("usb.answered")} <RelativeTime value={policy.reportedAt} />
          </>
        )}
      </p>
    </div>
  );
}

/** Sets the same policy once more, for which the agent is asked again. */
function AskAgain({ device, policy }: { device: Device; policy: DeviceUsbPolicy }) {
  const { t } = useTranslation("devices");
  const describe = useErrorText();
  const set = useSetUsbPolicy(device.id);
  const again = () =>
    set.mutate({ policy: policy.policy, key: idempotencyKey() }, { onError: (error) => toastFailed(describe(error)) });
  return (
    <Button variant="ghost" busy={set.isPending} onClick={again}>
      {t("usb.again")}
    </Button>
  );
}
