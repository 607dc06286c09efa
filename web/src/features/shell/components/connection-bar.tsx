import { useIsFetching } from "@tanstack/react-query";
import { CircleCheck, CloudOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { cn } from "@/lib/cn";
import { useConnection } from "../hooks/use-connection";

/** Says, above a page that stays as it is, what of the product cannot be reached, and that it is back. */
export function ConnectionBar() {
  const { t } = useTranslation("shell");
  const { state, services, retry } = useConnection();
  const catchingUp = useIsFetching() > 0;
  if (state === "fine") return null;
  const back = state === "back";
  const Icon = back ? CircleCheck : CloudOff;
  const names = services.map((each) => t(`connection.service.${each}`));
  return (
    <div
      role="status"
      data-testid="connection"
      data-state={state}
      className={cn(
        "flex min-h-9 shrink-0 animate-appear items-center gap-2 border-b px-4 py-1 text-xs md:px-5",
        back ? "border-line bg-hover text-ink-2" : "border-note-line bg-note text-note-ink",
      )}
    >
      <Icon className="size-3.5 shrink-0" aria-hidden />
      <span className="min-w-0 flex-1">
        {back && t(catchingUp ? "connection.catchingUp" : "connection.back")}
        {state === "offline" && t("connection.offline")}
        {state === "stale" && t("connection.stale")}
        {state === "away" && t("connection.away", { services: names.join(", ") })}
      </span>
      {!back && (
        <Button size="sm" variant="ghost" className="text-current" onClick={retry}>
          {t("connection.retry")}
        </Button>
      )}
    </div>
  );
}
