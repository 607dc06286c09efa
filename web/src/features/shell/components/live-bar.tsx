import { CloudOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { useLive } from "../hooks/live-updates";

/** A stream that breaks comes back within this, most times; nobody is told, in milliseconds. */
const PATIENCE = 3000;

/** Says that what is on the page may be getting old. */
export function LiveBar() {
  const { t } = useTranslation("shell");
  const { state, retry } = useLive();
  const [late, setLate] = useState(false);
  const lost = state === "lost";
  useEffect(() => {
    if (!lost) return;
    const timer = window.setTimeout(() => setLate(true), PATIENCE);
    return () => {
      window.clearTimeout(timer);
      setLate(false);
    };
  }, [lost]);
  if (!lost || !late) return null;
  return (
    <div
      role="status"
      data-testid="live-lost"
      className="flex shrink-0 animate-appear items-center gap-2 border-b border-note-line bg-note px-4 py-1 text-xs text-note-ink md:px-5"
    >
      <CloudOff className="size-3.5 shrink-0" aria-hidden />
      <span className="min-w-0 flex-1">{t("live.lost")}</span>
      <Button size="sm" variant="ghost" className="text-current" onClick={retry}>
        {t("live.retry")}
      </Button>
    </div>
  );
}
