import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Device, UserRef } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { IconButton } from "@/components/icon-button";
import { useCan } from "@/features/auth/api/session";
import { UserLink } from "@/features/users/components/user-link";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useActorName } from "@/lib/use-actor-name";
import { useUnlinkPerson } from "../api/links";

/** Somebody linked to a device. Staff untie them after being told what that means. */
export function LinkedPerson({ device, person }: { device: Device; person: UserRef }) {
  const { t } = useTranslation("devices");
  const describe = useErrorText();
  const mayManage = useCan("devices.manage");
  const name = useActorName()({ kind: "user", ...person });
  const unlink = useUnlinkPerson(device.id);
  const [asking, setAsking] = useState(false);
  const confirm = () =>
    unlink.mutate(person.id, {
      onSuccess: () => {
        setAsking(false);
        toastDone(t("people.unlinkDone", { person: name, device: device.name }));
      },
      onError: (error) => toastFailed(describe(error)),
    });
  return (
    <li className="flex min-h-8 min-w-0 items-center gap-2" data-testid="linked-person">
      <Avatar id={person.id} name={name} />
      <UserLink user={person} className="min-w-0 wrap-anywhere" />
      {mayManage && (
        <IconButton
          label={t("people.unlinkWho", { person: name })}
          size="icon-sm"
          className="ml-auto"
          onClick={() => setAsking(true)}
        >
          <X aria-hidden />
        </IconButton>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("people.unlinkTitle", { person: name, device: device.name })}
        description={t("people.unlinkDescription")}
        verb={t("people.unlink")}
        busy={unlink.isPending}
        onConfirm={confirm}
      />
    </li>
  );
}
