import { CloudAlert, CloudCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DraftState as State } from "../model/draft-saver";

/** Whether what is typed is safe. */
export function DraftState({ state }: { state: State }) {
  const { t } = useTranslation("tickets");
  return (
    <span role="status" data-testid="draft-state" data-state={state} title={state === "saved" ? t("draft.saved") : undefined} className="flex items-center gap-1 text-xs text-ink-3 [&_svg]:size-3.5">
      {state === "saved" && (
        <>
          <CloudCheck aria-hidden />
          <span className="sr-only">{t("draft.saved")}</span>
        </>
      )}
      {state === "failed" && (
        <>
          <CloudAlert className="text-danger-ink" aria-hidden />
          <span className="text-danger-ink">{t("draft.failed")}</span>
        </>
      )}
    </span>
  );
}
