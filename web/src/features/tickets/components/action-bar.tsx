import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CircleCheck, Pause, Play, RotateCcw } from "lucide-react";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { StatusBadge } from "@/components/status-badge";
import { Tooltip } from "@/components/tooltip";
import { WhoIsHere } from "@/features/activity/components/who-is-here";
import { useCan, useInPortal } from "@/features/auth/api/session";
import { ChatButton } from "@/features/chat/components/chat-button";
import { useErrorText } from "@/lib/error-text";
import { ariaKeys, useShortcuts } from "@/lib/shortcuts";
import { toastFailed } from "@/lib/toast";
import { useTicketAction } from "../api/actions";
import { AssigneePicker } from "./assignee-picker";
import { PauseDialog } from "./pause-dialog";
import { ReopenDialog } from "./reopen-dialog";
import { ResolveDialog } from "./resolve-dialog";
import { WorkClock } from "./work-clock";

/** On a phone the right end of the second line. */
const atTheEnd = "col-start-2 row-start-2 justify-self-end";

type Asking = "pause" | "resolve" | "reopen" | null;

/** Where the ticket stands, and what can be done to it now. Stays in sight while the page scrolls. */
export function ActionBar({ ticket, leading }: { ticket: Ticket; leading: ReactNode }) {
  const { t } = useTranslation("tickets");
  const mayWork = useCan("tickets.work");
  const mayReopen = useCan("tickets.reopen");
  // Of whoever asked, the page itself says where the ticket stands and offers to reopen it.
  const inPortal = useInPortal();
  const [asking, setAsking] = useState<Asking>(null);
  const picker = useRef<HTMLButtonElement>(null);
  const describe = useErrorText();
  const action = useTicketAction(ticket.id);

  const resolved = ticket.status === "resolved";
  const working = ticket.status === "in_progress";
  const start = () => {
    if (!action.isPending) action.mutate({ verb: "start" }, { onError: (error) => toastFailed(describe(error)) });
  };
  const playPause = () => (working ? setAsking("pause") : start());
  useShortcuts(
    { playPause, resolve: () => setAsking("resolve"), assign: () => picker.current?.click() },
    mayWork && !resolved,
  );
  const close = () => setAsking(null);
  return (
    // Where it stands and who has it above, what can be done below; side by side where there is room.
    <header className="grid shrink-0 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2 md:flex md:min-h-12 md:flex-wrap md:px-5">
      <div className="flex items-center gap-2">
        {leading}
        <span className="text-sm text-ink-3 tabular-nums">#{ticket.number}</span>
        <StatusBadge status={ticket.status} />
        {ticket.pauseReason && !inPortal && <span className="text-xs text-ink-3 max-md:sr-only">{t(`pauseReason.${ticket.pauseReason}`)}</span>}
      </div>
      {mayWork && !resolved && (
        <div className="row-start-2 flex items-center gap-2 md:border-l md:border-line md:pl-3">
          <Tooltip label={t(working ? "pause.action" : "start.hint")} shortcut="playPause">
            <Button variant={working ? "secondary" : "primary"} busy={action.isPending} onClick={playPause} aria-keyshortcuts={ariaKeys("playPause")}>
              {!action.isPending && (working ? <Pause className="fill-current stroke-0" aria-hidden /> : <Play className="fill-current" aria-hidden />)}
              {t(working ? "pause.action" : ticket.status === "paused" ? "start.resume" : "start.action")}
            </Button>
          </Tooltip>
          <WorkClock ticket={ticket} />
        </div>
      )}
      {resolved && !inPortal && (
        <div className="row-start-2 empty:hidden">
          <WorkClock ticket={ticket} />
        </div>
      )}
      <div className="col-start-2 row-start-1 flex min-w-0 items-center justify-end gap-2 md:ml-auto">
        <WhoIsHere ticketId={ticket.id} />
        <ChatButton ticket={ticket} />
        {!inPortal && <AssigneePicker ticket={ticket} ref={picker} />}
      </div>
      {mayWork && !resolved && (
        <Tooltip label={t("resolve.hint")} shortcut="resolve">
          <Button className={atTheEnd} onClick={() => setAsking("resolve")} aria-keyshortcuts={ariaKeys("resolve")}>
            <CircleCheck aria-hidden />
            {t("resolve.action")}
          </Button>
        </Tooltip>
      )}
      {mayReopen && resolved && !inPortal && (
        <Button className={atTheEnd} onClick={() => setAsking("reopen")}>
          <RotateCcw aria-hidden />
          {t("reopen.action")}
        </Button>
      )}
      <PauseDialog ticket={ticket} open={asking === "pause"} onClose={close} />
      {asking === "resolve" && <ResolveDialog ticket={ticket} onClose={close} />}
      <ReopenDialog ticket={ticket} open={asking === "reopen"} onClose={close} />
    </header>
  );
}
