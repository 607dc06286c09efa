import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { formatDate } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { ticketsBehind } from "../model/dashboard";
import type { TrendProps } from "./trend-chart";

/** The numbers of a chart, newest day first, for whoever wants them exactly or does not see the lines; those that count tickets lead to them. */
export function TrendTable({ title, days, series, format }: Pick<TrendProps, "title" | "days" | "series" | "format">) {
  const { t } = useTranslation("dashboard");
  const locale = useLocale();
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded-sm text-xs text-accent-ink hover:underline">
        {t("trends.asTable")}
        <span className="sr-only">: {title}</span>
      </summary>
      <table className="mt-2 w-full text-left tabular-nums">
        <caption className="sr-only">{title}</caption>
        <thead className="text-xs text-ink-3">
          <tr>
            <th scope="col" className="py-1 font-normal">
              {t("trends.day")}
            </th>
            {series.map(({ key, label }) => (
              <th key={key} scope="col" className="py-1 text-right font-normal">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map((day) => (
            <tr key={day.day} className="border-t border-line">
              <th scope="row" className="py-1 font-normal">
                {formatDate(day.day, locale)}
              </th>
              {series.map(({ key, label }) => {
                const value = day[key];
                const behind = value ? ticketsBehind(key, day.day) : undefined;
                const told = value === null ? "–" : format(value);
                return (
                  <td key={key} className="py-1 text-right">
                    {behind ? (
                      <Link
                        to="/chamados"
                        search={behind}
                        aria-label={`${label}, ${formatDate(day.day, locale)}: ${told}`}
                        className="rounded-sm text-accent-ink hover:underline"
                      >
                        {told}
                      </Link>
                    ) : (
                      told
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
