import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/error";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { useErrorText } from "@/lib/error-text";

/** A ticket that stayed as it was, and why. */
export interface Refused {
  ticket: Ticket;
  code: string;
  detail: string;
}

/** What came of a change of many tickets of which some were refused. */
export function BulkResultsDialog({ done, refused, onClose }: { done: number; refused: readonly Refused[]; onClose: () => void }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const describe = useErrorText();
  const reason = ({ code, detail }: Refused) => {
    if (code === "stale_version") return t("bulk.stale");
    if (code === "ticket_not_found") return t("bulk.gone");
    if (code === "too_many_tags") return t("bulk.tooManyTags");
    return describe(new ApiError(409, { code, detail }));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("bulk.refused", { count: refused.length })}
      description={done > 0 ? t("bulk.others", { count: done }) : t("bulk.noOthers")}
      footer={<Button onClick={onClose}>{common("close")}</Button>}
    >
      <ul className="flex max-h-80 flex-col divide-y divide-line overflow-y-auto" data-testid="bulk-refused">
        {refused.map((each) => (
          <li key={each.ticket.id} className="flex flex-col gap-0.5 py-2 text-sm">
            <Link
              to="/chamados/$id"
              params={{ id: String(each.ticket.number) }}
              className="truncate rounded-sm text-accent-ink underline underline-offset-2"
            >
              #{each.ticket.number} {each.ticket.subject}
            </Link>
            <span className="text-ink-2">{reason(each)}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
