import { Link } from "@tanstack/react-router";
import { History } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "@/api/types";
import { DataRow } from "@/components/data-list";
import { IconButton } from "@/components/icon-button";
import { formatDateTime, formatExact } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { actionOf, toldChanges } from "../model/entry";
import type { AuditFilter } from "../model/filter";
import { AuditActor } from "./audit-actor";
import { ChangeLine } from "./change-line";
import { TargetLink } from "./target-link";

interface AuditRowProps {
  entry: AuditEntry;
  /** What the list shows now, on which asking for one person or record builds. */
  filter: AuditFilter;
}

/** One change: what was done to what, what became different, by whom and when. */
export const AuditRow = memo(function AuditRow({ entry, filter }: AuditRowProps) {
  const { t } = useTranslation("audit");
  const locale = useLocale();
  const { target } = entry;
  const action = actionOf(entry.action);
  const changes = toldChanges(entry.changes);
  return (
    <DataRow className="items-start py-2">
      <div
        className="grid min-w-0 flex-1 grid-cols-1 gap-x-4 gap-y-1 md:grid-cols-[minmax(0,1fr)_11rem_10rem]"
        data-testid="audit-entry"
        data-action={entry.action}
      >
        <div className="flex min-w-0 flex-col gap-0.5">
          <p className="min-w-0 py-0.5 break-words">
            <span className="font-medium">{action ? t(`action.${action}`) : entry.action}</span>
            <span className="text-ink-3"> · </span>
            <TargetLink target={target} />
          </p>
          {changes.length > 0 && (
            <ul className="flex flex-col gap-0.5 text-xs text-ink-2">
              {changes.map((told) => (
                <ChangeLine key={`${told.change.field} ${told.before} ${told.after}`} told={told} target={target} />
              ))}
            </ul>
          )}
        </div>
        {/* One line on a phone. */}
        <div className="flex min-w-0 items-center justify-between gap-3 md:contents">
          <AuditActor actor={entry.actor} filter={filter} />
          <time
            dateTime={entry.occurredAt}
            title={formatExact(entry.occurredAt, locale)}
            className="shrink-0 py-0.5 text-xs text-ink-3 tabular-nums md:text-right md:leading-5"
          >
            {formatDateTime(entry.occurredAt, locale)}
          </time>
        </div>
      </div>
      {filter.targetId !== target.id && (
        <IconButton asChild size="icon-sm" className="-my-0.5" label={t("historyOf", { name: target.name })}>
          <Link to="/configuracoes/auditoria" search={{ targetId: target.id }}>
            <History aria-hidden />
          </Link>
        </IconButton>
      )}
      {filter.targetId === target.id && <span className="w-7 shrink-0" />}
    </DataRow>
  );
});
