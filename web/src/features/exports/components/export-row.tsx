import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Export } from "@/api/types";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { DataRow } from "@/components/data-list";
import { RelativeTime } from "@/components/relative-time";
import { RunBadge } from "@/features/jobs/components/run-badge";
import { RunDuration } from "@/features/jobs/components/run-duration";
import { formatBytes } from "@/lib/bytes";
import { useErrorText } from "@/lib/error-text";
import { formatDateTime } from "@/lib/time";
import { toastFailed } from "@/lib/toast";
import { useLocale } from "@/lib/use-locale";
import { archiveAddress, isOver, useCancelExport } from "../api/exports";

/** One export: how far it is, what came of it, and its archive. */
export function ExportRow({ made }: { made: Export }) {
  const { t } = useTranslation("exports");
  return (
    <DataRow className="flex-wrap gap-y-1 py-2">
      <div className="flex min-w-0 flex-1 basis-64 flex-col gap-0.5" data-testid="export" data-state={made.state}>
        <p className="flex flex-wrap items-center gap-2">
          <RunBadge state={made.state} />
          <RelativeTime value={made.createdAt} />
          {made.attempt > 1 && <span className="text-xs text-ink-3">{t("attempt", { number: made.attempt })}</span>}
          {made.startedAt && <RunDuration run={made} className="text-xs text-ink-3 tabular-nums" />}
        </p>
        <p className="text-xs break-words text-ink-2 tabular-nums" aria-live={isOver(made) ? undefined : "off"}>
          <Told made={made} />
        </p>
      </div>
      <Actions made={made} />
    </DataRow>
  );
}

function Told({ made }: { made: Export }) {
  const { t } = useTranslation("exports");
  if (made.state === "failed") return t("failed", { reason: made.summary });
  if (made.state === "cancelled") return t("cancelled");
  if (made.state === "ready") return t("waits");
  const counts = [
    t("records", { count: made.records }),
    t("attachments", { count: made.attachments }),
    ...(made.unreadable > 0 ? [t("unreadable", { count: made.unreadable })] : []),
  ];
  return counts.join(" · ");
}

function Actions({ made }: { made: Export }) {
  const { t } = useTranslation("exports");
  const locale = useLocale();
  const describe = useErrorText();
  const [asking, setAsking] = useState(false);
  const cancel = useCancelExport();
  if (!isOver(made)) {
    const stop = () =>
      cancel.mutate(made.id, {
        onError: (error) => toastFailed(describe(error)),
        onSettled: () => setAsking(false),
      });
    return (
      <>
        <Button size="sm" onClick={() => setAsking(true)}>
          {t("cancel.verb")}
        </Button>
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={t("cancel.title")}
          description={t("cancel.description")}
          verb={t("cancel.verb")}
          busy={cancel.isPending}
          onConfirm={stop}
        />
      </>
    );
  }
  if (made.state !== "succeeded") return null;
  if (!made.expiresAt) return <span className="text-xs text-ink-3">{t("gone")}</span>;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="text-xs text-ink-3 tabular-nums">
        {t("until", { time: formatDateTime(made.expiresAt, locale) })}
      </span>
      <Button size="sm" asChild>
        <a href={archiveAddress(made)} download>
          <Download aria-hidden />
          {t("download", { size: formatBytes(made.size, locale) })}
        </a>
      </Button>
    </div>
  );
}
