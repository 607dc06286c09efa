import { ChevronDown, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

interface ChipProps {
  /** The filter's name: "Status", "Período". */
  label: string;
  /** What it lets through, in words; undefined while it lets through everything. */
  value: string | undefined;
  onClear: () => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What opens to choose from. */
  children: ReactNode;
}

/** A filter in a list's toolbar: says what it lets through, opens to change it, and takes it back with the cross. */
export function Chip({ label, value, onClear, open, onOpenChange, children }: ChipProps) {
  const active = value !== undefined;
  return (
    <Popover open={open} onOpenChange={onOpenChange}>
      <ChipFrame label={label} active={active} onClear={onClear}>
        <PopoverTrigger className={cn("flex h-full min-w-0 items-center gap-1 rounded-full pl-2.5", active ? "pr-1" : "pr-2")}>
          <span className={active ? "font-medium" : undefined}>{active ? `${label}:` : label}</span>
          {active && <span className="max-w-40 truncate">{value}</span>}
          {!active && <ChevronDown className="size-3.5 shrink-0 text-ink-3" aria-hidden />}
        </PopoverTrigger>
      </ChipFrame>
      <PopoverContent aria-label={label} className="w-64 max-w-[calc(100vw-1rem)]">
        {children}
      </PopoverContent>
    </Popover>
  );
}

/** A filter that came with the address and can only be taken back. */
export function FixedChip({ label, value, onClear }: Pick<ChipProps, "label" | "onClear"> & { value: string }) {
  return (
    <ChipFrame label={label} active onClear={onClear}>
      <span className="flex min-w-0 items-center gap-1 pr-1 pl-2.5">
        <span className="font-medium">{label}:</span>
        <span className="max-w-40 truncate">{value}</span>
      </span>
    </ChipFrame>
  );
}

interface ChipFrameProps {
  label: string;
  active: boolean;
  onClear: () => void;
  children: ReactNode;
}

function ChipFrame({ label, active, onClear, children }: ChipFrameProps) {
  const { t } = useTranslation();
  return (
    <span
      className={cn(
        "inline-flex h-7 max-w-full shrink-0 items-center rounded-full border text-xs",
        active ? "border-accent/50 bg-accent-soft text-accent-ink" : "border-line-2 text-ink-2 hover:bg-hover",
      )}
    >
      {children}
      {active && (
        <button
          type="button"
          aria-label={t("clearFilter", { filter: label })}
          className="mr-1 flex size-5 shrink-0 items-center justify-center rounded-full hover:bg-active"
          onClick={onClear}
        >
          <X className="size-3" aria-hidden />
        </button>
      )}
    </span>
  );
}
