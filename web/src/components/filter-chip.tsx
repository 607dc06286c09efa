import { ChevronDown, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { type Option, OptionList } from "./option-list";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

interface FilterChipProps {
  /** The filter's name: "Status", "Empresa". */
  label: string;
  options: readonly Option[];
  selected: readonly string[];
  onChange: (selected: string[]) => void;
  /** One value at most: picking closes. */
  single?: boolean;
  searchable?: boolean;
  onSearch?: (text: string) => void;
  loading?: boolean;
}

/** One filter of a list, in its toolbar: says what it lets through, and takes it back with the cross. */
export function FilterChip({ label, options, selected, onChange, single, searchable, onSearch, loading }: FilterChipProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const names = selected.map((value) => options.find((option) => option.value === value)?.label ?? "…");
  const active = selected.length > 0;
  const toggle = (value: string) => {
    const without = selected.filter((each) => each !== value);
    if (single) setOpen(false);
    if (without.length < selected.length) onChange(without);
    else onChange(single ? [value] : [...selected, value]);
  };
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) onSearch?.("");
      }}
    >
      <span
        className={cn(
          "inline-flex h-7 max-w-full shrink-0 items-center rounded-full border text-xs",
          active ? "border-accent/50 bg-accent-soft text-accent-ink" : "border-line-2 text-ink-2 hover:bg-hover",
        )}
      >
        <PopoverTrigger className={cn("flex h-full min-w-0 items-center gap-1 rounded-full pl-2.5", active ? "pr-1" : "pr-2")}>
          <span className={active ? "font-medium" : undefined}>{active ? `${label}:` : label}</span>
          {active && <span className="max-w-40 truncate">{names.length > 2 ? t("nChosen", { count: names.length }) : names.join(", ")}</span>}
          {!active && <ChevronDown className="size-3.5 shrink-0 text-ink-3" aria-hidden />}
        </PopoverTrigger>
        {active && (
          <button
            type="button"
            aria-label={t("clearFilter", { filter: label })}
            className="mr-1 flex size-5 shrink-0 items-center justify-center rounded-full hover:bg-active"
            onClick={() => onChange([])}
          >
            <X className="size-3" aria-hidden />
          </button>
        )}
      </span>
      <PopoverContent aria-label={label} className="w-64 max-w-[calc(100vw-1rem)]">
        <OptionList
          label={label}
          options={options}
          selected={selected}
          onSelect={toggle}
          searchable={searchable ?? (onSearch !== undefined || options.length > 7)}
          onSearch={onSearch}
          loading={loading}
        />
      </PopoverContent>
    </Popover>
  );
}
