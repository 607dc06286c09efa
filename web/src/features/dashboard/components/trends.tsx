import { useTranslation } from "react-i18next";
import type { DayTrend } from "@/api/types";
import { formatDuration } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { durationTicks, totalsOf } from "../model/dashboard";
import { TrendChart } from "./trend-chart";

/** What the days were like. The only importer of the charts, so that they come in a chunk of their own. */
export default function Trends({ days }: { days: readonly DayTrend[] }) {
  const { t } = useTranslation("dashboard");
  const locale = useLocale();
  const totals = totalsOf(days);
  const number = (value: number) => value.toLocaleString(locale);
  const duration = (seconds: number) => formatDuration(seconds, locale);
  const most = (of: (day: DayTrend) => number | null) => Math.max(0, ...days.map((day) => of(day) ?? 0));
  return (
    <div className="grid gap-7 lg:grid-cols-2 xl:grid-cols-3">
      <TrendChart
        name="tickets"
        title={t("trends.tickets")}
        days={days}
        format={number}
        series={[
          { key: "opened", label: t("trends.opened"), total: t("trends.openedTotal", { count: totals.opened }) },
          { key: "resolved", label: t("trends.resolved"), total: t("trends.resolvedTotal", { count: totals.resolved }) },
        ]}
      />
      <TrendChart
        name="first-response"
        title={t("trends.firstResponse")}
        days={days}
        format={duration}
        ticks={durationTicks(most((day) => day.firstResponseSeconds))}
        series={[
          {
            key: "firstResponseSeconds",
            label: t("trends.firstResponseAverage"),
            total:
              totals.firstResponseSeconds === null
                ? t("trends.firstResponseNone")
                : t("trends.firstResponseTotal", {
                    time: duration(totals.firstResponseSeconds),
                    count: totals.firstResponses,
                  }),
          },
        ]}
      />
      <TrendChart
        name="worked"
        title={t("trends.worked")}
        days={days}
        format={duration}
        ticks={durationTicks(most((day) => day.workedSeconds))}
        series={[
          {
            key: "workedSeconds",
            label: t("trends.worked"),
            total: t("trends.workedTotal", { time: duration(totals.workedSeconds) }),
          },
        ]}
      />
    </div>
  );
}
