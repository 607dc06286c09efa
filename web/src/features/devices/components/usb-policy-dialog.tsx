import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { Device, UsbPolicy } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FormError } from "@/components/form-error";
import { toastDone } from "@/lib/toast";
import { useSetUsbPolicy } from "../api/usb-policy";
import { policies } from "../model/usb-policy";

/** Lets staff choose a policy, each with what it does to the computer. */
export function UsbPolicyDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const form = useId();
  const set = useSetUsbPolicy(device.id);
  const [policy, setPolicy] = useState<UsbPolicy>(device.usbPolicy?.policy ?? "allow");
  // One key a choice: pressing again after a lost answer is the same wish.
  const [key, setKey] = useState(idempotencyKey);
  const choose = (choice: UsbPolicy) => {
    setPolicy(choice);
    setKey(idempotencyKey());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(
      { policy, key },
      {
        onSuccess: () => {
          toastDone(t("usb.done", { device: device.name, policy: t(`usb.policy.${policy}`) }));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("usb.dialogTitle", { device: device.name })}
      description={t("usb.others")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={form} variant={policy === "block" ? "danger" : "primary"} busy={set.isPending}>
            {t(`usb.verb.${policy}`)}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-3">
        <fieldset className="flex flex-col gap-1">
          <legend className="sr-only">{t("usb.choice")}</legend>
          {policies.map((each) => (
            <label
              key={each}
              className="flex cursor-pointer gap-2.5 rounded-md px-2 py-2 hover:bg-hover has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                name="policy"
                value={each}
                checked={policy === each}
                onChange={() => choose(each)}
                aria-describedby={`${form}-${each}`}
                aria-label={t(`usb.policy.${each}`)}
                className="mt-0.5 size-4 shrink-0 accent-accent"
              />
              <span className="min-w-0">
                <span className="block text-sm font-medium">{t(`usb.policy.${each}`)}</span>
                <span id={`${form}-${each}`} className="block text-sm text-ink-2">
                  {t(`usb.what.${each}`)}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        {!device.enrolled && <p className="text-sm text-ink-2">{t("usb.notEnrolled")}</p>}
        <FormError error={set.error} />
      </form>
    </Dialog>
  );
}
