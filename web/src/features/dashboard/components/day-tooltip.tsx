import type { TooltipContentProps } from "recharts";
import { formatDate } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";

/** What the lines say of the day under the pointer; the chart gives it all but the format. */
export function DayTooltip({
  active,
  payload,
  label,
  format,
}: Partial<Pick<TooltipContentProps, "active" | "payload" | "label">> & { format: (value: number) => string }) {
  const locale = useLocale();
  if (!active) return null;
  return (
    <div className="rounded-md bg-raised px-3 py-2 text-xs shadow-float">
      <p className="mb-1 font-medium">{formatDate(String(label), locale)}</p>
      {payload?.map((each) => (
        <p key={String(each.dataKey)} className="text-ink-2 tabular-nums">
          {each.name}: {typeof each.value === "number" ? format(each.value) : "–"}
        </p>
      ))}
    </div>
  );
}
