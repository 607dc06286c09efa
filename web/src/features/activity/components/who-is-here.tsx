import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Participant } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Tooltip } from "@/components/tooltip";
import { cn } from "@/lib/cn";
import { activityQuery } from "../api/activity";

/** Faces shown; of more there is only the number. */
const MOST = 4;

/** Who else is at the ticket, and who of them is writing. Takes no room when nobody is. */
export function WhoIsHere({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation("chat");
  const { data: here = [] } = useQuery(activityQuery(ticketId));
  if (here.length === 0) return null;
  const more = here.length - MOST;
  return (
    <ul aria-label={t("here.title")} data-testid="who-is-here" className="flex items-center -space-x-1">
      {here.slice(0, MOST).map((participant) => (
        <Face key={participant.user.id} participant={participant} />
      ))}
      {more > 0 && <li className="pl-2 text-xs text-ink-3 tabular-nums">+{more}</li>}
    </ul>
  );
}

function Face({ participant: { user, activity } }: { participant: Participant }) {
  const { t } = useTranslation("chat");
  const name = user.name || t("here.somebody");
  const words = t(activity === "left" ? "here.viewing" : `here.${activity}`, { name });
  const typing = activity !== "viewing";
  return (
    <li data-testid="participant" data-activity={activity} className="relative">
      <Tooltip label={words}>
        <span role="img" aria-label={words} className="block rounded-full ring-2 ring-canvas">
          <Avatar id={user.id} name={name} />
        </span>
      </Tooltip>
      {typing && (
        <span
          aria-hidden
          className={cn(
            "absolute -right-0.5 -bottom-0.5 flex h-3 items-center gap-px rounded-full px-0.5 ring-2 ring-canvas",
            activity === "typing_internal" ? "bg-note-ink" : "bg-accent",
          )}
        >
          {[0, 1, 2].map((dot) => (
            <i key={dot} className="size-0.5 animate-breathe rounded-full bg-canvas" style={{ animationDelay: `${dot * 150}ms` }} />
          ))}
        </span>
      )}
    </li>
  );
}
