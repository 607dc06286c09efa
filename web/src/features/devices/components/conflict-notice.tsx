import { CopyX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { formatExact } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";

/** Says that two computers have the device's token, and what to do. */
export function ConflictNotice({ since }: { since: string }) {
  const { t } = useTranslation("devices");
  const locale = useLocale();
  return (
    <p
      role="status"
      data-testid="identity-conflict"
      className="flex gap-2 rounded-md border border-note-line bg-note p-3 text-sm text-note-ink"
    >
      <CopyX className="mt-0.5 size-4 shrink-0" aria-hidden />
      {t("conflict.what", { time: formatExact(since, locale) })}
    </p>
  );
}
