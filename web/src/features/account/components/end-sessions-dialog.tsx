import { useTranslation } from "react-i18next";
import type { Session } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useEndSessions } from "../api/sessions";
import { useBrowserName } from "../hooks/use-browser-name";

/** Sessions about to end: one that was pointed at, or every one but the present. */
export interface Ending {
  kind: "one" | "others";
  sessions: readonly Session[];
}

/** Asks before browsers are signed out. */
export function EndSessionsDialog({ ending, onClose }: { ending: Ending; onClose: () => void }) {
  const { t } = useTranslation("account");
  const describe = useErrorText();
  const end = useEndSessions();
  const browser = useBrowserName()(ending.sessions[0]?.userAgent ?? "");
  const one = ending.kind === "one";
  const confirm = () =>
    end.mutate(
      ending.sessions.map((session) => session.id),
      {
        onSuccess: () => {
          onClose();
          toastDone(t(one ? "sessions.ended" : "sessions.othersEnded"));
        },
        onError: (error) => toastFailed(describe(error)),
      },
    );
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(one ? "sessions.endTitle" : "sessions.endOthersTitle")}
      description={
        one ? t("sessions.endText", { browser }) : t("sessions.endOthersText", { count: ending.sessions.length })
      }
      verb={t(one ? "sessions.end" : "sessions.endOthers")}
      busy={end.isPending}
      onConfirm={confirm}
    />
  );
}
