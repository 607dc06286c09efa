import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList } from "@/components/data-list";
import { ErrorState } from "@/components/error-state";
import { Section } from "@/components/section";
import { SkeletonRows } from "@/components/skeleton";
import { sessionsQuery } from "../api/sessions";
import { EndSessionsDialog, type Ending } from "./end-sessions-dialog";
import { SessionRow } from "./session-row";

/** Where the signed-in user is signed in, and how that ends. */
export function SessionsSection() {
  const { t } = useTranslation("account");
  const sessions = useQuery(sessionsQuery);
  const [ending, setEnding] = useState<Ending>();
  const others = sessions.data?.filter((session) => !session.current) ?? [];
  return (
    <Section
      title={t("sessions.title")}
      aside={sessions.data?.length}
      action={
        others.length > 1 && (
          <Button size="sm" onClick={() => setEnding({ kind: "others", sessions: others })}>
            {t("sessions.endOthers")}
          </Button>
        )
      }
    >
      <p className="text-sm text-ink-2">{t("sessions.description")}</p>
      <div className="mt-2 overflow-hidden rounded-md border border-line">
        {sessions.data ? (
          <DataList label={t("sessions.title")}>
            {sessions.data.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                onEnd={() => setEnding({ kind: "one", sessions: [session] })}
              />
            ))}
          </DataList>
        ) : sessions.isPending ? (
          <SkeletonRows rows={2} />
        ) : (
          <ErrorState error={sessions.error} retry={() => void sessions.refetch()} />
        )}
      </div>
      {ending && <EndSessionsDialog ending={ending} onClose={() => setEnding(undefined)} />}
    </Section>
  );
}
