import { Command } from "cmdk";
import { Check, Search } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";

export interface Option {
  value: string;
  label: string;
  /** Quieter words after the label: a nickname, an e-mail. */
  hint?: string;
  /** Before the label: an avatar, a dot. */
  icon?: ReactNode;
}

interface OptionListProps {
  /** What the list is of, for ears. */
  label: string;
  options: readonly Option[];
  selected: readonly string[];
  onSelect: (value: string) => void;
  /** Shows a search field: filters here, unless `onSearch` asks the server. */
  searchable?: boolean;
  onSearch?: (text: string) => void;
  loading?: boolean;
}

/** Options to pick one or several of, with the arrow keys or the mouse. */
export function OptionList({ label, options, selected, onSelect, searchable, onSearch, loading }: OptionListProps) {
  const { t } = useTranslation();
  const [active, setActive] = useState("");
  // Options that come from the server replace each other: the first of them is what Enter takes. cmdk
  // knows this only where it filters itself.
  const marked = options.some((option) => option.value === active) ? active : (options[0]?.value ?? "");
  const asked = onSearch && { value: marked, onValueChange: setActive };
  return (
    <Command label={label} shouldFilter={!onSearch} loop {...asked} className="flex w-full flex-col focus:outline-none">
      {searchable ? (
        <div className="flex items-center gap-2 border-b border-line px-3">
          <Search className="size-3.5 shrink-0 text-ink-3" aria-hidden />
          <Command.Input
            autoFocus
            onValueChange={onSearch}
            placeholder={t("search")}
            className="h-9 w-full bg-transparent text-sm outline-none"
          />
        </div>
      ) : (
        // Takes the focus, so that arrow keys work where there is nothing to type.
        <Command.Input autoFocus readOnly aria-label={label} className="sr-only" />
      )}
      <Command.List label={label} className="max-h-72 overflow-y-auto p-1">
        <Command.Empty className="px-2 py-4 text-center text-sm text-ink-3">
          {loading ? t("loading") : t("nothingFound")}
        </Command.Empty>
        {options.map((option) => (
          <Command.Item
            key={option.value}
            value={option.value}
            keywords={[option.label, option.hint ?? ""]}
            onSelect={() => onSelect(option.value)}
            className={cn(
              "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1 text-sm data-[selected=true]:bg-active",
            )}
          >
            {option.icon}
            <span className="min-w-0 flex-1 truncate">
              {option.label}
              {/* Ears need the space that eyes get from the margin. */}
              {option.hint && <span className="ml-1 text-xs text-ink-3"> {option.hint}</span>}
            </span>
            {selected.includes(option.value) && (
              <>
                <Check className="size-3.5 shrink-0 text-accent-ink" aria-hidden />
                <span className="sr-only">{t("chosen")}</span>
              </>
            )}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
