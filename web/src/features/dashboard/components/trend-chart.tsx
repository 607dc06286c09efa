import { useNavigate } from "@tanstack/react-router";
import { type ActiveDotProps, CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { DayTrend } from "@/api/types";
import { Section } from "@/components/section";
import { formatShortDate } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { ticketsBehind } from "../model/dashboard";
import { DayTooltip } from "./day-tooltip";
import { TrendTable } from "./trend-table";

export interface Series {
  key: "opened" | "resolved" | "firstResponseSeconds" | "workedSeconds";
  label: string;
  /** What its days come to; stands beside the sample of the line where there are several. */
  total: string;
}

export interface TrendProps {
  name: string;
  title: string;
  days: readonly DayTrend[];
  series: readonly Series[];
  format: (value: number) => string;
  /** Marks of the upright axis; round numbers where left out. */
  ticks?: number[];
}

// The lines differ by more than their colour.
const looks = [
  { stroke: "var(--color-accent)", strokeDasharray: undefined },
  { stroke: "var(--color-ink-2)", strokeDasharray: "4 3" },
];
const axis = { stroke: "var(--color-line-2)", tick: { fill: "var(--color-ink-3)", fontSize: 12 }, tickLine: false };

/** Lines over the days, what they come to in words, and the numbers as a table. A point that counts tickets leads to them. */
export function TrendChart({ name, title, days, series, format, ticks }: TrendProps) {
  const locale = useLocale();
  const navigate = useNavigate();
  const follow = (series: Series, day: DayTrend) => {
    const search = ticketsBehind(series.key, day.day);
    if (search) void navigate({ to: "/chamados", search });
  };
  const summary = series.map(({ total }) => total).join(", ");
  return (
    <Section title={title}>
      <div className="flex flex-col gap-3 rounded-md border border-line p-3" data-testid="trend" data-name={name}>
        <Totals series={series} />
        <div role="img" aria-label={`${title}: ${summary}`} className="h-44">
          <ResponsiveContainer width="100%" height="100%">
            <LineChart data={[...days]} accessibilityLayer={false} margin={{ top: 4, right: 8, bottom: 0, left: 0 }}>
              <CartesianGrid vertical={false} stroke="var(--color-line)" />
              <XAxis
                {...axis}
                dataKey="day"
                minTickGap={32}
                tickFormatter={(day: string) => formatShortDate(day, locale)}
              />
              <YAxis
                {...axis}
                axisLine={false}
                width={ticks ? 64 : 36}
                allowDecimals={false}
                tickFormatter={format}
                {...(ticks && { ticks, domain: [0, ticks.at(-1) ?? 0] })}
              />
              <Tooltip
                cursor={{ stroke: "var(--color-edge)" }}
                isAnimationActive={false}
                content={<DayTooltip format={format} />}
              />
              {series.map((each, index) => (
                <Line
                  key={each.key}
                  {...looks[index % looks.length]}
                  type="linear"
                  dataKey={each.key}
                  name={each.label}
                  strokeWidth={2}
                  dot={each.key === "firstResponseSeconds" ? { r: 2, strokeDasharray: "" } : false}
                  activeDot={<Point onFollow={ticketsBehind(each.key, "") && ((day) => follow(each, day))} />}
                  connectNulls
                  isAnimationActive={false}
                />
              ))}
            </LineChart>
          </ResponsiveContainer>
        </div>
        <TrendTable title={title} days={days} series={series} format={format} />
      </div>
    </Section>
  );
}

/** The chart gives it all but what follows it. */
type PointProps = Partial<Pick<ActiveDotProps, "cx" | "cy" | "fill" | "payload">> & {
  onFollow: ((day: DayTrend) => void) | undefined;
};

/** The day under the pointer. By keyboard the table's numbers lead to the same lists. */
function Point({ cx, cy, fill, payload, onFollow }: PointProps) {
  const look = { cx, cy, fill, r: 4, stroke: "var(--color-surface)", strokeWidth: 2 };
  if (!onFollow) return <circle {...look} />;
  return <circle {...look} r={5} className="cursor-pointer" data-testid="trend-point" onClick={() => onFollow(payload as DayTrend)} />;
}

/** What the lines come to; of several, each with a sample. */
function Totals({ series }: { series: readonly Series[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm text-ink-2 tabular-nums">
      {series.map(({ key, total }, index) => (
        <li key={key} className="flex items-center gap-1.5">
          {series.length > 1 && (
            <svg aria-hidden width="20" height="8">
              <line x1="0" x2="20" y1="4" y2="4" strokeWidth="2" {...looks[index % looks.length]} />
            </svg>
          )}
          {total}
        </li>
      ))}
    </ul>
  );
}
