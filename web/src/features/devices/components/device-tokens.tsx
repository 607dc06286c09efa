import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DeviceToken } from "@/api/types";
import { Badge } from "@/components/badge";
import { FormError } from "@/components/form-error";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { cn } from "@/lib/cn";
import { deviceTokensQuery } from "../api/access";
import { tokenState } from "../model/access";

/** Tokens shown at once; older ones are folded away. */
const MOST = 3;

/** What the agent shows, by its beginning: one is valid, the others tell what became of them. */
export function DeviceTokens({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation("devices");
  const query = useQuery(deviceTokensQuery(deviceId));
  const tokens = query.data?.items ?? [];
  const older = tokens.slice(MOST);
  return (
    <Section title={t("tokens.title")} aside={tokens.length > 0 && tokens.length}>
      {query.isPending && <Skeleton className="h-10 w-full" />}
      {query.isError && <FormError error={query.error} />}
      {query.isSuccess && tokens.length === 0 && <p className="text-sm text-ink-3">{t("tokens.none")}</p>}
      <TokenList tokens={tokens.slice(0, MOST)} />
      {older.length > 0 && (
        <details className="text-sm">
          <summary className="w-fit cursor-pointer rounded-sm text-xs text-accent-ink hover:underline">
            {t("tokens.older", { count: older.length })}
          </summary>
          <TokenList tokens={older} />
        </details>
      )}
    </Section>
  );
}

function TokenList({ tokens }: { tokens: readonly DeviceToken[] }) {
  if (tokens.length === 0) return null;
  return (
    <ul className="flex flex-col">
      {tokens.map((token) => (
        <TokenItem key={`${token.generation} ${token.createdAt}`} token={token} />
      ))}
    </ul>
  );
}

function TokenItem({ token }: { token: DeviceToken }) {
  const { t } = useTranslation("devices");
  const state = tokenState(token);
  return (
    <li className="flex min-w-0 gap-2.5 py-1.5 text-sm" data-testid="device-token" data-state={state}>
      <KeyRound className={cn("mt-0.5 size-4 shrink-0", state === "valid" ? "text-accent" : "text-ink-3")} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
          {token.prefix ? (
            <code className="font-mono text-xs">{token.prefix}…</code>
          ) : (
            <span className="text-ink-3">{t("tokens.noPrefix")}</span>
          )}
          <Badge tone={state === "valid" ? "resolved" : "neutral"}>{t(`tokens.${state}`)}</Badge>
        </p>
        <p className="text-xs text-ink-3">
          {t("tokens.generation", { generation: token.generation })}
          {" · "}
          {t("tokens.created")} <RelativeTime value={token.createdAt} />
          {" · "}
          {token.lastUsedAt ? (
            <>
              {t("tokens.used")} <RelativeTime value={token.lastUsedAt} />
            </>
          ) : (
            t("tokens.neverUsed")
          )}
          {token.revokedAt && (
            <>
              {" · "}
              {t("tokens.revokedWhen")} <RelativeTime value={token.revokedAt} />
            </>
          )}
        </p>
      </div>
    </li>
  );
}
