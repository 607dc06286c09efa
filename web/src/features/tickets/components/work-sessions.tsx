import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { formatDayTime, formatDuration, formatTime } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useNow } from "@/lib/use-now";
import { workSessionsQuery } from "../api/tickets";
import { sessionSeconds, workedSeconds } from "../model/work";

/** Who worked on the ticket, when and how long; they sum to the total. */
export function WorkSessions({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const locale = useLocale();
  const now = useNow(ticket.workingSince ? "second" : "half-minute");
  const { data: sessions = [] } = useQuery(workSessionsQuery(ticket.id));
  if (sessions.length === 0) return null;
  return (
    <section aria-label={t("sessions.title")} className="mt-6 border-t border-line pt-4" data-testid="work-sessions">
      <h2 className="flex items-baseline justify-between text-sm">
        <span className="text-ink-3">{t("sessions.title")}</span>
        <span className="font-medium tabular-nums" data-testid="work-total">
          {formatDuration(workedSeconds(ticket, now), locale)}
        </span>
      </h2>
      <ul className="mt-2 flex flex-col gap-1">
        {sessions.toReversed().map((session) => (
          <li key={session.id} className="flex min-h-7 items-center gap-2 text-xs">
            <Avatar id={session.user.id} name={session.user.name} />
            <span className="min-w-0 flex-1 truncate text-ink-2" title={session.user.name}>
              {formatDayTime(session.startedAt, locale)}
              {session.endedAt ? ` – ${formatTime(session.endedAt, locale)}` : ` – ${t("sessions.now")}`}
            </span>
            <span className="tabular-nums">{formatDuration(sessionSeconds(session, now), locale)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
