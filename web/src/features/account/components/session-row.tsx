import { Monitor, Smartphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Session } from "@/api/types";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { DataRow } from "@/components/data-list";
import { RelativeTime } from "@/components/relative-time";
import { formatDateTime } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useBrowserName } from "../hooks/use-browser-name";
import { readUserAgent } from "../model/user-agent";

interface SessionRowProps {
  session: Session;
  /** Asks whether it shall end. */
  onEnd: () => void;
}

/** A signed-in browser: what and where it is, and when it was last used. */
export function SessionRow({ session, onEnd }: SessionRowProps) {
  const { t } = useTranslation("account");
  const locale = useLocale();
  const browser = useBrowserName()(session.userAgent);
  const Icon = readUserAgent(session.userAgent).handheld ? Smartphone : Monitor;
  const began = formatDateTime(session.createdAt, locale);
  return (
    <DataRow className="px-3 py-2.5 md:px-3">
      <Icon className="size-4 shrink-0 text-ink-3" aria-hidden />
      <div className="min-w-0 flex-1" data-testid="session" data-current={session.current}>
        <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
          <span title={session.userAgent}>{browser}</span>
          {session.current && <Badge tone="accent">{t("sessions.current")}</Badge>}
        </p>
        <p className="text-xs text-ink-3">
          {session.clientAddress || t("sessions.noAddress")}
          {!session.current && (
            <>
              {" · "}
              {t("sessions.used")} <RelativeTime value={session.lastSeenAt} />
            </>
          )}
          {" · "}
          {t("sessions.began", { time: began })}
        </p>
      </div>
      {!session.current && (
        <Button size="sm" aria-label={t("sessions.endOf", { browser, time: began })} onClick={onEnd}>
          {t("sessions.endShort")}
        </Button>
      )}
    </DataRow>
  );
}
