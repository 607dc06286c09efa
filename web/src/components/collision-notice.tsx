import { GitMerge } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";

interface CollisionNoticeProps {
  /** What the others saved: a field's name and its value now. */
  theirs: readonly { label: string; value: string }[];
  busy: boolean;
  onOverwrite: () => void;
  onDrop: () => void;
}

/** Says that somebody else saved first, and what; nothing typed is lost until one chooses. */
export function CollisionNotice({ theirs, busy, onOverwrite, onDrop }: CollisionNoticeProps) {
  const { t } = useTranslation();
  return (
    <div role="alert" data-testid="collision" className="flex flex-col gap-2 rounded-md border border-note-line bg-note p-3 text-sm text-note-ink">
      <p className="flex gap-2">
        <GitMerge className="mt-0.5 size-4 shrink-0" aria-hidden />
        {t("collision.title")}
      </p>
      <dl className="flex flex-col gap-1 pl-6">
        {theirs.map(({ label, value }) => (
          <div key={label}>
            <dt className="text-xs">{t("collision.theirs", { field: label })}</dt>
            <dd className="max-h-32 overflow-y-auto whitespace-pre-wrap break-words text-ink">{value || t("collision.empty")}</dd>
          </div>
        ))}
      </dl>
      <div className="flex flex-wrap gap-2 pl-6">
        <Button size="sm" onClick={onDrop}>
          {t("collision.useTheirs")}
        </Button>
        <Button size="sm" busy={busy} onClick={onOverwrite}>
          {t("collision.keepMine")}
        </Button>
      </div>
    </div>
  );
}
