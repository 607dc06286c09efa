import { ChevronsUpDown, X } from "lucide-react";
import { type ReactNode, type Ref, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { type ControlProps, controlClass } from "./field";
import { type Option, OptionList } from "./option-list";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

interface ComboboxProps extends Partial<ControlProps> {
  /** What is chosen here, for ears. */
  label: string;
  options: readonly Option[];
  value: string | null;
  onChange: (value: string | null) => void;
  placeholder?: ReactNode;
  /** Lets the choice be taken back. */
  clearable?: boolean;
  searchable?: boolean;
  /** Asks the server for options that match; the options given are then shown as they are. */
  onSearch?: (text: string) => void;
  loading?: boolean;
  /** The chosen option when it may not be among those loaded. */
  current?: Option | null;
  disabled?: boolean;
  /** Looks like text until pointed at, for facts that may be changed; a long one takes several lines. */
  quiet?: boolean;
  /** A quiet one that stands in a bar: a long value is cut. */
  oneLine?: boolean;
  className?: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A field with one value out of many. Searchable when there are many. */
export function Combobox({
  label,
  options,
  value,
  onChange,
  placeholder,
  clearable,
  searchable = options.length > 7,
  onSearch,
  loading,
  current,
  disabled,
  quiet,
  oneLine,
  className,
  ref,
  ...control
}: ComboboxProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const list = useId();
  const chosen = options.find((option) => option.value === value) ?? (value === null ? null : current);
  const change = (next: string | null) => {
    setOpen(false);
    onSearch?.("");
    if (next !== value) onChange(next);
  };
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) onSearch?.("");
      }}
    >
      <div className={cn("group/combobox relative min-w-0", className)}>
        <PopoverTrigger asChild disabled={disabled}>
          <button
            ref={ref}
            type="button"
            role="combobox"
            aria-expanded={open}
            aria-haspopup="dialog"
            aria-controls={open ? list : undefined}
            aria-label={control.id ? undefined : label}
            {...control}
            className={cn(
              quiet
                ? "-ml-2 flex min-h-8 max-w-[calc(100%+0.5rem)] items-center gap-2 rounded-md px-2 py-1.5 text-left text-sm hover:bg-hover disabled:cursor-default disabled:hover:bg-transparent"
                : cn(controlClass, "flex h-9 items-center gap-2 text-left"),
              clearable && chosen && "pr-8",
            )}
          >
            {chosen?.icon}
            <span className={cn("min-w-0", quiet && !oneLine ? "wrap-anywhere" : "truncate", !quiet && "flex-1", !chosen && "flex items-center gap-2 text-ink-3")}>
              {chosen?.label ?? placeholder ?? t("choose")}
              {chosen?.hint && !quiet && <span className="ml-2 text-xs text-ink-3">{chosen.hint}</span>}
            </span>
            {!(clearable && chosen) && !quiet && <ChevronsUpDown className="size-3.5 shrink-0 text-ink-3" aria-hidden />}
          </button>
        </PopoverTrigger>
        {clearable && chosen && !disabled && (
          <button
            type="button"
            aria-label={t("clearField", { field: label })}
            className={cn(
              "absolute top-1/2 right-1.5 flex size-6 -translate-y-1/2 items-center justify-center rounded-sm text-ink-3 hover:bg-active hover:text-ink",
              quiet &&
                "right-1 opacity-0 group-hover/combobox:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100",
            )}
            onClick={() => change(null)}
          >
            <X className="size-3.5" aria-hidden />
          </button>
        )}
      </div>
      <PopoverContent id={list} aria-label={label} className="w-[max(var(--radix-popover-trigger-width),16rem)] max-w-[calc(100vw-1rem)]">
        <OptionList
          label={label}
          options={options}
          selected={value === null ? [] : [value]}
          onSelect={change}
          searchable={searchable || onSearch !== undefined}
          onSearch={onSearch}
          loading={loading}
        />
      </PopoverContent>
    </Popover>
  );
}

/** A field with one value out of few: no search. */
export function Select(props: Omit<ComboboxProps, "searchable" | "onSearch" | "loading">) {
  return <Combobox {...props} searchable={false} />;
}
