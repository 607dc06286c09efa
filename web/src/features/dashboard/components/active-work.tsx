import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { Section } from "@/components/section";
import { formatClock } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useNow } from "@/lib/use-now";

type Work = NonNullable<Dashboard["activeWork"]>;

/** Who works on what now, longest first. */
export function ActiveWork({ work }: { work: Work }) {
  const { t } = useTranslation("dashboard");
  const locale = useLocale();
  const more = work.total - work.items.length;
  return (
    <Section title={t("active.title")} aside={work.total > 0 && work.total.toLocaleString(locale)}>
      {work.total === 0 ? (
        <p className="text-sm text-ink-3">{t("active.none")}</p>
      ) : (
        <ul aria-label={t("active.title")} className="divide-y divide-line overflow-hidden rounded-md border border-line">
          {work.items.map((each) => (
            <WorkItem key={each.ticketId} work={each} />
          ))}
        </ul>
      )}
      {more > 0 && (
        <Link to="/chamados" search={{ status: ["in_progress"] }} className="text-sm text-accent-ink hover:underline">
          {t("active.more", { count: more })}
        </Link>
      )}
    </Section>
  );
}

function WorkItem({ work }: { work: Work["items"][number] }) {
  const now = useNow("second");
  const seconds = Math.max(0, (now - new Date(work.startedAt).getTime()) / 1000);
  return (
    <DataRow className="px-3 md:px-3">
      <Avatar id={work.user.id} name={work.user.name} className="relative z-[1]" />
      <span className="flex min-w-0 flex-1 flex-col py-1.5">
        <Link
          to="/chamados/$id"
          params={{ id: String(work.number) }}
          data-testid="active-work"
          className={rowLinkClass}
        >
          {work.subject}
        </Link>
        <span className="truncate text-xs text-ink-3">
          {work.user.name} · #{work.number}
        </span>
      </span>
      <span role="timer" className="shrink-0 text-xs text-progress-ink tabular-nums">
        {formatClock(seconds)}
      </span>
    </DataRow>
  );
}
