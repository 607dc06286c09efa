import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/api/types";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { Section } from "@/components/section";
import { useLocale } from "@/lib/use-locale";
import { OPEN } from "../model/dashboard";

type Queue = Dashboard["counts"]["openByQueue"][number];

/** Where the open tickets wait, fullest queue first. */
export function OpenByQueue({ queues }: { queues: readonly Queue[] }) {
  const { t } = useTranslation("dashboard");
  return (
    <Section title={t("queues.title")}>
      {queues.length === 0 ? (
        <p className="text-sm text-ink-3">{t("queues.none")}</p>
      ) : (
        <ul aria-label={t("queues.title")} className="divide-y divide-line overflow-hidden rounded-md border border-line">
          {queues.map((each) => (
            <QueueItem key={each.queue.id} queue={each} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function QueueItem({ queue: { queue, count, unassigned } }: { queue: Queue }) {
  const { t } = useTranslation("dashboard");
  const locale = useLocale();
  return (
    <DataRow className="px-3 md:px-3">
      <Link
        to="/chamados"
        search={{ queueId: [queue.id], status: [...OPEN] }}
        data-testid="queue-count"
        className={`${rowLinkClass} flex-1`}
      >
        {queue.name}
      </Link>
      {unassigned > 0 && (
        <Link
          to="/chamados"
          search={{ queueId: [queue.id], status: [...OPEN], assigneeId: ["none"] }}
          className="relative z-[1] shrink-0 rounded-sm text-xs text-ink-3 tabular-nums hover:underline"
        >
          {t("queues.unassigned", { count: unassigned })}
        </Link>
      )}
      <span className="w-12 shrink-0 text-right font-medium tabular-nums">{count.toLocaleString(locale)}</span>
    </DataRow>
  );
}
