import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { User } from "@/api/types";
import { FormError } from "@/components/form-error";
import { Skeleton } from "@/components/skeleton";
import { mergePreviewQuery } from "../api/merges";

interface MergePreviewProps {
  user: User;
  survivor: User;
  /** Whether the server would do it. */
  onAllowed: (allowed: boolean) => void;
}

/** What a merge would end and move, by service, before anybody confirms it. */
export function MergePreview({ user, survivor, onAllowed }: MergePreviewProps) {
  const { t } = useTranslation("users");
  const preview = useQuery(mergePreviewQuery(user.id, survivor.id));
  const allowed = preview.isSuccess;
  useEffect(() => onAllowed(allowed), [allowed, onAllowed]);
  if (preview.isPending) return <Skeleton className="h-24 w-full" />;
  if (preview.isError) return <FormError error={preview.error} />;
  const { tickets, devices, sessions, companiesDiffer } = preview.data;
  const lines = [
    tickets
      ? [
          t("merge.requested", { count: tickets.requested }),
          t("merge.assigned", { count: tickets.assigned }),
          t("merge.comments", { count: tickets.comments }),
          t("merge.workSessions", { count: tickets.workSessions }),
          t("merge.watched", { count: tickets.watched }),
          t("merge.chatMessages", { count: tickets.chatMessages }),
        ]
      : [t("merge.ticketsAway")],
    devices
      ? [t("merge.devicesAssigned", { count: devices.assigned }), t("merge.devicesLinked", { count: devices.linked })]
      : [t("merge.devicesAway")],
  ].flat();
  return (
    <div className="flex flex-col gap-3 text-sm" data-testid="merge-preview">
      {companiesDiffer && (
        <p className="rounded-md border border-note-line bg-note px-3 py-2 text-note-ink">{t("merge.companiesDiffer")}</p>
      )}
      <div>
        <p className="font-medium">{t("merge.moves", { name: survivor.name })}</p>
        <ul className="mt-1 list-disc pl-5 text-ink-2">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
      <p className="text-ink-2">{t("merge.ends", { name: user.name, count: sessions })}</p>
    </div>
  );
}
