import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { SafeHtml } from "@/lib/html";
import type { Conflict } from "../hooks/use-edit";
import { TimelineItem } from "./timeline-item";

/** A text that two people wrote. */
interface Field {
  label: string;
  /** As it is saved now. */
  theirs: string;
  /** As the user wants it. */
  mine: string;
  /** Whether they are HTML. */
  rich?: boolean;
}

interface ConflictDialogProps {
  conflict: Conflict | undefined;
  /** What the user wants to save, beside what is there. */
  field: Field;
  /** Whether the ticket is to be closed with it: then nothing of it is there yet. */
  closing?: boolean;
  busy: boolean;
  /** The button that saves what was typed on top of what is there now. */
  verb?: string;
  onKeepMine: () => void;
  /** Gives up what was typed; without it that cannot be chosen here. */
  onTakeTheirs?: () => void;
  /** Goes back to editing; nothing is lost. */
  onClose: () => void;
}

/** Somebody else saved first: what they changed beside what the user typed, and which of them shall stand. */
export function ConflictDialog({ conflict, field, closing, busy, verb, onKeepMine, onTakeTheirs, onClose }: ConflictDialogProps) {
  const { t } = useTranslation("tickets");
  return (
    <Dialog
      open={conflict !== undefined}
      onOpenChange={(open) => !open && onClose()}
      size="lg"
      sticky
      title={t("conflict.title")}
      description={t("conflict.description")}
      footer={
        <>
          <Button onClick={onClose}>{t("conflict.back")}</Button>
          {onTakeTheirs && <Button onClick={onTakeTheirs}>{t("conflict.takeTheirs")}</Button>}
          <Button variant="primary" busy={busy} onClick={onKeepMine}>
            {verb ?? t("conflict.keepMine")}
          </Button>
        </>
      }
    >
      {conflict && (
        <div className="grid gap-5 text-sm md:grid-cols-2" data-testid="conflict">
          <section className="min-w-0">
            <h3 className="mb-1 text-xs font-medium text-ink-3">{t("conflict.changed")}</h3>
            <ul data-testid="conflict-changes" className="-ml-3.5">
              {conflict.since.map((entry) => (
                <TimelineItem key={entry.id} entry={entry} />
              ))}
            </ul>
            {!closing && <Side label={t("conflict.saved", { field: field.label })} text={field.theirs} rich={field.rich} className="mt-2 bg-hover" />}
          </section>
          <section className="min-w-0">
            <h3 className="mb-1 text-xs font-medium text-ink-3">{t("conflict.yours")}</h3>
            <Side label={field.label} text={field.mine} rich={field.rich} className="border border-accent/40 bg-accent-soft" />
          </section>
        </div>
      )}
    </Dialog>
  );
}

function Side({ label, text, rich, className }: { label: string; text: string; rich?: boolean; className: string }) {
  const { t } = useTranslation("tickets");
  let shown: ReactNode = text;
  if (text === "") shown = <span className="text-ink-3">{t("none")}</span>;
  else if (rich) shown = <SafeHtml html={text} />;
  return (
    <div className={`rounded-md px-3 py-2 ${className}`}>
      <p className="mb-0.5 text-xs font-medium text-ink-2">{label}</p>
      <div className="prose max-h-72 overflow-y-auto break-words">{shown}</div>
    </div>
  );
}
