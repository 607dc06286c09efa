import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { ServiceAccount } from "@/api/types";
import { Badge } from "@/components/badge";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { RelativeTime } from "@/components/relative-time";
import { cn } from "@/lib/cn";
import { useFlash } from "@/lib/use-flash";
import { useNow } from "@/lib/use-now";
import { keyState, lastUse } from "../model/key";

/** A service account as one line; two on a phone. All of it leads to the account. */
export const AccountRow = memo(function AccountRow({ account }: { account: ServiceAccount }) {
  const { t } = useTranslation("service-accounts");
  const now = useNow();
  const [flash, endFlash] = useFlash(account.version);
  const used = lastUse(account.keys);
  const valid = account.keys.filter((key) => keyState(key, now) === "valid").length;
  return (
    <DataRow flash={flash} onFlashEnd={endFlash} className="flex-wrap gap-x-3 gap-y-0.5 py-2 md:h-10 md:flex-nowrap md:py-0">
      <span className="flex min-w-0 basis-full items-center gap-2 md:flex-[1_1_12rem]">
        <Link
          to="/configuracoes/contas-de-servico/$id"
          params={{ id: account.id }}
          data-row
          data-testid="service-account-row"
          className={cn(rowLinkClass, account.active ? "font-medium" : "text-ink-3")}
        >
          {account.name}
        </Link>
        {!account.active && <Badge>{t("inactive")}</Badge>}
      </span>
      <span className="hidden min-w-0 truncate text-ink-3 md:inline md:flex-[1_1_14rem]">{account.description}</span>
      <span className="shrink-0 text-xs text-ink-2 tabular-nums md:w-28">{t("list.keys", { count: valid })}</span>
      <span className="relative z-[1] ml-auto shrink-0 text-right text-xs text-ink-3 tabular-nums md:w-32">
        {used ? <RelativeTime value={used} /> : t("neverUsed")}
      </span>
    </DataRow>
  );
});
