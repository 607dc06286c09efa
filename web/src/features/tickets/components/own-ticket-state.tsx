import { Link } from "@tanstack/react-router";
import { Plus, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { useNow } from "@/lib/use-now";
import { useOwnStateText } from "../hooks/use-own-state-text";
import { mayStillReopen, ownState } from "../model/own";
import { ReopenDialog } from "./reopen-dialog";

/** Tells whoever asked where their ticket stands and, once it is resolved, what to do if the trouble is back. */
export function OwnTicketState({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const text = useOwnStateText()(ticket);
  const now = useNow("half-minute");
  const [reopening, setReopening] = useState(false);
  const resolved = ownState(ticket) === "resolved";
  const reopenable = mayStillReopen(ticket, now);
  return (
    <div
      role="status"
      data-testid="own-state"
      className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-md border border-line bg-canvas px-4 py-3 text-sm"
    >
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium">{text}</p>
        {resolved && <p className="mt-0.5 text-ink-2">{t(reopenable ? "own.backAgain" : "own.backLate")}</p>}
      </div>
      {resolved && reopenable && (
        <Button onClick={() => setReopening(true)}>
          <RotateCcw aria-hidden />
          {t("reopen.action")}
        </Button>
      )}
      {resolved && !reopenable && (
        <Button asChild>
          <Link to="/chamados/novo" search={{ deviceId: ticket.device?.id }}>
            <Plus aria-hidden />
            {t("own.open")}
          </Link>
        </Button>
      )}
      <ReopenDialog ticket={ticket} open={reopening} onClose={() => setReopening(false)} />
    </div>
  );
}
