import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ApiKey } from "@/api/types";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { RelativeTime } from "@/components/relative-time";
import { useErrorText } from "@/lib/error-text";
import { formatDateTime } from "@/lib/time";
import { toastDone, toastFailed } from "@/lib/toast";
import { useLocale } from "@/lib/use-locale";
import { useNow } from "@/lib/use-now";
import { useRevokeKey } from "../api/service-accounts";
import { useScopeWords } from "../hooks/use-scope-words";
import { endsSoon, keyState } from "../model/key";

interface KeyItemProps {
  accountId: string;
  apiKey: ApiKey;
}

/** A key: how to tell it, what it may do, until when, and when it last did something. */
export function KeyItem({ accountId, apiKey }: KeyItemProps) {
  const { t } = useTranslation("service-accounts");
  const locale = useLocale();
  const now = useNow();
  const describe = useErrorText();
  const { summary } = useScopeWords();
  const revoke = useRevokeKey(accountId);
  const [asking, setAsking] = useState(false);
  const { hint, scopes, createdAt, expiresAt, lastUsedAt, revokedAt } = apiKey;
  const state = keyState(apiKey, now);
  const confirm = () =>
    revoke.mutate(apiKey.id, {
      onSuccess: () => toastDone(t("revoke.done", { hint })),
      onError: (error) => toastFailed(describe(error)),
      onSettled: () => setAsking(false),
    });
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-3 py-3" data-testid="api-key" data-state={state}>
      <div className="flex min-w-0 flex-1 basis-60 flex-col gap-1">
        <div className="flex flex-wrap items-center gap-2">
          <code className="font-mono text-sm">{hint}…</code>
          {state !== "valid" && <Badge>{t(`state.${state}`)}</Badge>}
          {endsSoon(apiKey, now) && <Badge tone="paused">{t("endsSoon")}</Badge>}
        </div>
        <ul className="text-sm text-ink-2">
          {summary(scopes).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p className="flex flex-wrap gap-x-3 text-xs text-ink-3">
          <span>
            {t("created")} <RelativeTime value={createdAt} />
          </span>
          {state === "valid" && (
            <span>{expiresAt ? t("ends", { time: formatDateTime(expiresAt, locale) }) : t("endsNever")}</span>
          )}
          {state === "expired" && expiresAt && <span>{t("ended", { time: formatDateTime(expiresAt, locale) })}</span>}
          {revokedAt && <span>{t("revokedAt", { time: formatDateTime(revokedAt, locale) })}</span>}
          <span>
            {lastUsedAt ? (
              <>
                {t("used")} <RelativeTime value={lastUsedAt} />
              </>
            ) : (
              t("neverUsed")
            )}
          </span>
        </p>
      </div>
      {state === "valid" && (
        <Button
          size="sm"
          className="text-danger-ink"
          aria-label={t("revoke.which", { hint })}
          onClick={() => setAsking(true)}
        >
          {t("revoke.action")}
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("revoke.confirmTitle", { hint })}
        description={t("revoke.confirm")}
        verb={t("revoke.action")}
        busy={revoke.isPending}
        onConfirm={confirm}
      />
    </li>
  );
}
