import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dayBefore } from "@/lib/days";
import { formatDate } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { Button } from "./button";
import { Chip } from "./chip";
import { Field, Input } from "./field";

/** A span of days, both included; open on the side that is not given. */
export interface Period {
  from?: string;
  to?: string;
}

const presets = [
  { name: "today", ago: 0 },
  { name: "week", ago: 6 },
  { name: "month", ago: 29 },
] as const;

/** From the day `ago` days back until today. */
function lastDays(ago: number): Period {
  const now = Date.now();
  return { from: dayBefore(now, ago), to: dayBefore(now, 0) };
}

interface PeriodChipProps {
  /** The filter's name. */
  label: string;
  value: Period;
  onChange: (period: Period) => void;
}

/** A list's filter by days: the last few at a press, or from one day to another. */
export function PeriodChip({ label, value, onChange }: PeriodChipProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  const { from, to } = value;
  const told = () => {
    if (from && to) return from === to ? formatDate(from, locale) : `${formatDate(from, locale)} – ${formatDate(to, locale)}`;
    if (from) return t("period.since", { day: formatDate(from, locale) });
    return to ? t("period.until", { day: formatDate(to, locale) }) : undefined;
  };
  const choose = (ago: number) => {
    onChange(lastDays(ago));
    setOpen(false);
  };
  return (
    <Chip
      label={label}
      value={told()}
      onClear={() => onChange({ from: undefined, to: undefined })}
      open={open}
      onOpenChange={setOpen}
    >
      <div className="flex flex-col gap-3 p-3">
        <div className="flex flex-col items-stretch gap-px">
          {presets.map(({ name, ago }) => (
            <Button key={name} variant="ghost" className="justify-start font-normal" onClick={() => choose(ago)}>
              {t(`period.${name}`)}
            </Button>
          ))}
        </div>
        <div className="flex flex-col gap-2 border-t border-line pt-3">
          <Field label={t("period.from")}>
            {(control) => (
              <Input
                {...control}
                type="date"
                max={to}
                value={from ?? ""}
                onChange={(event) => onChange({ from: event.target.value || undefined, to })}
              />
            )}
          </Field>
          <Field label={t("period.to")}>
            {(control) => (
              <Input
                {...control}
                type="date"
                min={from}
                value={to ?? ""}
                onChange={(event) => onChange({ from, to: event.target.value || undefined })}
              />
            )}
          </Field>
        </div>
      </div>
    </Chip>
  );
}
