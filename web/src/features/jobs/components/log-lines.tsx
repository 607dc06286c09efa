import { CircleX, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { formatExact, formatTimeOfDay } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useSaid } from "../hooks/use-said";
import { fieldsOf, type Level, levelOf, type LogLine } from "../model/run";

const looks: Record<Level, { icon: LucideIcon; className: string }> = {
  info: { icon: Info, className: "text-ink-3" },
  warn: { icon: TriangleAlert, className: "text-paused-ink" },
  error: { icon: CircleX, className: "text-danger-ink" },
};

/** What a run said, line by line: when, how serious by sign and word, and what it is about. */
export function LogLines({ lines, label }: { lines: readonly LogLine[]; label: string }) {
  return (
    <ol aria-label={label} className="divide-y divide-line overflow-hidden rounded-md border border-line bg-canvas">
      {lines.map((line) => (
        <Line key={line.sequence} line={line} />
      ))}
    </ol>
  );
}

function Line({ line }: { line: LogLine }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  const level = levelOf(line);
  const { icon: Icon, className } = looks[level];
  const fields = fieldsOf(line);
  const said = useSaid();
  return (
    <li
      data-testid="log-line"
      data-level={level}
      className={cn(
        "grid grid-cols-[auto_auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 px-3 py-1.5 text-xs sm:grid-cols-[auto_4.5rem_minmax(0,1fr)]",
        level === "error" && "bg-danger-soft",
      )}
    >
      <time dateTime={line.time} title={formatExact(line.time, locale)} className="font-mono leading-5 text-ink-3">
        {formatTimeOfDay(line.time, locale)}
      </time>
      <span className={cn("flex items-center gap-1 self-start leading-5", className)}>
        <Icon className="size-3.5 shrink-0" aria-hidden />
        {t(`log.level.${level}`)}
      </span>
      <div className="col-span-3 min-w-0 sm:col-span-1">
        <p className="text-sm break-words whitespace-pre-wrap">{said(line.message)}</p>
        <dl className="flex flex-wrap gap-x-3 font-mono leading-5 text-ink-3">
          <div>
            <dt className="sr-only">{t("log.code")}</dt>
            <dd>{line.code}</dd>
          </div>
          {fields.map(([name, value]) => (
            <div key={name} className="flex min-w-0">
              <dt>{name}=</dt>
              <dd className="min-w-0 break-all text-ink-2">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </li>
  );
}
