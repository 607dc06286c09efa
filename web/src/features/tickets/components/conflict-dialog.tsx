import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { htmlToPlain } from "@/lib/html";
import type { Conflict } from "../hooks/use-edit";
import type { FactName } from "../model/conflict";

interface ConflictDialogProps {
  conflict: Conflict | undefined;
  /** What the user wants to save, in words. */
  mine: string;
  busy: boolean;
  /** Saves what was typed on top of what is there now. */
  onKeepMine: () => void;
  /** Gives up what was typed. */
  onTakeTheirs: () => void;
  /** Goes back to editing; nothing is lost. */
  onClose: () => void;
}

/** Somebody else saved first: what they changed, what the user typed, and which of them shall stand. */
export function ConflictDialog({ conflict, mine, busy, onKeepMine, onTakeTheirs, onClose }: ConflictDialogProps) {
  const { t } = useTranslation("tickets");
  const factText = useFactText();
  return (
    <Dialog
      open={conflict !== undefined}
      onOpenChange={(open) => !open && onClose()}
      size="md"
      title={t("conflict.title")}
      description={t("conflict.description")}
      footer={
        <>
          <Button onClick={onTakeTheirs}>{t("conflict.takeTheirs")}</Button>
          <Button variant="primary" busy={busy} onClick={onKeepMine}>
            {t("conflict.keepMine")}
          </Button>
        </>
      }
    >
      {conflict && (
        <div className="flex flex-col gap-4 text-sm" data-testid="conflict">
          <section>
            <h3 className="mb-1 text-xs font-medium text-ink-3">{t("conflict.changed")}</h3>
            <ul className="flex flex-col gap-2">
              {conflict.changed.map((fact) => (
                <li key={fact} className="rounded-md bg-hover px-3 py-2">
                  <span className="font-medium">{t(`field.${fact}`)}</span>
                  <p className="break-words whitespace-pre-wrap text-ink-3 line-through">{factText(conflict.before, fact)}</p>
                  <p className="break-words whitespace-pre-wrap">{factText(conflict.now, fact)}</p>
                </li>
              ))}
            </ul>
          </section>
          <section>
            <h3 className="mb-1 text-xs font-medium text-ink-3">{t("conflict.yours")}</h3>
            <p className="rounded-md border border-accent/40 bg-accent-soft px-3 py-2 break-words whitespace-pre-wrap">{mine}</p>
          </section>
        </div>
      )}
    </Dialog>
  );
}

function useFactText(): (ticket: Ticket, fact: FactName) => string {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  return (ticket, fact) => {
    switch (fact) {
      case "subject":
        return ticket.subject;
      case "description":
        return htmlToPlain(ticket.description) || t("none");
      case "status":
        return common(`status.${ticket.status}`);
      case "priority":
        return common(`priority.${ticket.priority}`);
      case "assignee":
        return ticket.assignee?.name ?? t("nobody");
      default:
        return ticket[fact]?.name ?? t("none");
    }
  };
}
