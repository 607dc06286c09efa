import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isStatus } from "@/api/error";
import type { User } from "@/api/types";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { userDetailQuery, useUpdateUser } from "../api/users";
import { AccessItem } from "./access-item";

/** Whether the person may sign in; taking it away asks first. */
export function UserActivity({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const describe = useErrorText();
  const queryClient = useQueryClient();
  const update = useUpdateUser(user.id);
  const [asking, setAsking] = useState(false);
  const set = (active: boolean) =>
    update.mutate(
      { version: user.version, changes: { active } },
      {
        onSuccess: () => toastDone(t(active ? "activity.activated" : "activity.deactivated", { name: user.name })),
        onError: (error) => {
          toastFailed(describe(error));
          if (isStatus(error, 412)) void queryClient.invalidateQueries(userDetailQuery(user.id));
        },
        onSettled: () => setAsking(false),
      },
    );
  return (
    <AccessItem text={t(user.active ? "activity.isActive" : "activity.isInactive")}>
      {user.active ? (
        <Button className="text-danger-ink" onClick={() => setAsking(true)}>
          {t("activity.deactivate")}
        </Button>
      ) : (
        <Button busy={update.isPending} onClick={() => set(true)}>
          {t("activity.activate")}
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("activity.confirmTitle", { name: user.name })}
        description={t("activity.confirm")}
        verb={t("activity.deactivate")}
        busy={update.isPending}
        onConfirm={() => set(false)}
      />
    </AccessItem>
  );
}
