import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { DEFAULT_PERIOD, type Period, periods } from "../model/dashboard";

/** Of how many days the trends are. The address holds it. */
export function PeriodChoice({ days }: { days: Period }) {
  const { t } = useTranslation("dashboard");
  return (
    <nav aria-label={t("period.label")} className="flex items-center rounded-md border border-line-2 p-px">
      {periods.map((period) => (
        <Link
          key={period}
          to="/painel"
          search={period === DEFAULT_PERIOD ? {} : { days: period }}
          replace
          // Without `exact` the address of any period would be one of the usual one too.
          activeOptions={{ exact: true }}
          aria-current={period === days ? "page" : undefined}
          title={t("period.days", { count: period })}
          className={cn(
            "flex h-7 min-w-9 items-center justify-center rounded-sm px-2 text-xs tabular-nums",
            period === days ? "bg-accent-soft font-medium text-accent-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
          )}
        >
          {t("period.short", { count: period })}
        </Link>
      ))}
    </nav>
  );
}
