import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FormError } from "@/components/form-error";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { cn } from "@/lib/cn";
import { formatDayTime, formatDuration } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { presenceHistoryQuery } from "../api/access";
import { availability, latest, type Period, periods, pieces, type Span } from "../model/presence-history";

/** Lines of the table; what is older is in the timeline. */
const LINES = 25;

/** When the computer was alive, as a strip and in numbers. */
export function PresenceHistory({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation("devices");
  const [days, setDays] = useState<Period>(7);
  const history = useQuery({ ...presenceHistoryQuery(deviceId, days), placeholderData: keepPreviousData });
  return (
    <Section
      title={t("history.title")}
      action={
        <div role="group" aria-label={t("history.period")} className="flex gap-0.5 text-xs">
          {periods.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={days === each}
              title={t("history.days", { count: each })}
              onClick={() => setDays(each)}
              className={cn(
                "h-6 rounded-sm px-2 tabular-nums",
                days === each ? "bg-active font-medium text-ink" : "text-ink-3 hover:bg-hover hover:text-ink",
              )}
            >
              {t("history.short", { count: each })}
            </button>
          ))}
        </div>
      }
    >
      {history.isPending && <Skeleton className="h-16 w-full" />}
      {history.isError && <FormError error={history.error} />}
      {history.data && (
        <div className="flex flex-col gap-2" aria-busy={history.isPlaceholderData || undefined}>
          <Strip spans={history.data.spans} days={days} />
          {history.data.truncated && <p className="text-xs text-ink-3">{t("history.truncated")}</p>}
          <SpanTable spans={history.data.spans} />
        </div>
      )}
    </Section>
  );
}

/** Height tells what colour does: full when online, half when unstable, a line when offline, hatched when nobody knew. */
const looks: Record<string, string> = {
  online: "top-0 bg-online",
  unstable: "top-1/2 bg-stale",
  offline: "top-[calc(100%-5px)] bg-offline",
  unknown:
    "top-0 bg-[repeating-linear-gradient(135deg,var(--color-offline)_0_2px,transparent_2px_6px)] border-x border-offline/50",
};

/** What a legend explains: what is rare only where it is to be seen. */
const legend = (spans: readonly Span[]) =>
  (["online", "unstable", "offline", "unknown"] as const).filter(
    (state) => state !== "unstable" || spans.some((span) => span.state === state),
  );

function Strip({ spans, days }: { spans: readonly Span[]; days: number }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const locale = useLocale();
  const share = availability(spans);
  const told =
    share === null
      ? t("history.nothingKnown")
      : t("history.share", { percent: share.toLocaleString(locale, { maximumFractionDigits: share < 99 ? 0 : 1 }) });
  return (
    <div className="flex flex-col gap-1.5">
      <div
        role="img"
        aria-label={`${t("history.days", { count: days })}: ${told}`}
        data-testid="presence-strip"
        className="relative h-7 overflow-hidden rounded-sm border border-line bg-hover"
      >
        {pieces(spans, days).map(({ state, start, width }) => (
          <span
            key={start}
            data-state={state}
            className={cn("absolute bottom-0", looks[state])}
            style={{ left: `${start}%`, width: `${width}%` }}
          />
        ))}
      </div>
      <div className="flex justify-between text-xs text-ink-3">
        <span>{t("history.ago", { count: days })}</span>
        <span>{t("now")}</span>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        <span className="tabular-nums">{told}</span>
        {legend(spans).map((state) => (
          <span key={state} className="inline-flex items-center gap-1.5 text-ink-3">
            <span aria-hidden className="relative inline-block h-3 w-4 overflow-hidden rounded-[2px] border border-line bg-hover">
              <span className={cn("absolute inset-x-0 bottom-0", looks[state], state === "offline" && "top-[calc(100%-3px)]")} />
            </span>
            {common(`presence.${state}`)}
          </span>
        ))}
      </div>
    </div>
  );
}

function SpanTable({ spans }: { spans: readonly Span[] }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const locale = useLocale();
  if (spans.length === 0) return null;
  const length = ({ start, end }: Span) => (new Date(end).getTime() - new Date(start).getTime()) / 1000;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded-sm text-xs text-accent-ink hover:underline">{t("history.asTable")}</summary>
      <table className="mt-2 w-full text-left tabular-nums">
        <caption className="sr-only">{t("history.title")}</caption>
        <thead className="text-xs text-ink-3">
          <tr>
            {(["state", "start", "end", "length"] as const).map((name) => (
              <th key={name} scope="col" className="py-1 pr-3 font-normal last:text-right">
                {t(`history.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {latest(spans, LINES).map((span, index) => (
            <tr key={span.start} className="border-t border-line">
              <th scope="row" className="py-1 pr-3 font-normal">
                {common(`presence.${span.state}`)}
              </th>
              <td className="py-1 pr-3">{formatDayTime(span.start, locale)}</td>
              <td className="py-1 pr-3">{index === 0 ? t("now") : formatDayTime(span.end, locale)}</td>
              <td className="py-1 text-right">{formatDuration(length(span), locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
