import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { cn } from "@/lib/cn";
import { formatClock } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { workedSeconds } from "../model/work";

/** Time worked on the ticket; runs while somebody works. */
export function WorkClock({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const running = Boolean(ticket.workingSince);
  const now = useNow(running ? "second" : "half-minute");
  const seconds = workedSeconds(ticket, now);
  if (!running && seconds === 0) return null;
  return (
    <span
      role="timer"
      aria-label={t("worked")}
      title={t("worked")}
      data-testid="work-clock"
      data-running={running}
      className={cn("flex items-center gap-1.5 text-sm tabular-nums", running ? "text-progress-ink" : "text-ink-3")}
    >
      {running && <span aria-hidden className="size-1.5 animate-breathe rounded-full bg-current" />}
      {formatClock(seconds)}
    </span>
  );
}
