import { Search, X } from "lucide-react";
import { type Ref, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";

interface SearchFieldProps {
  label: string;
  value: string;
  /** Called when the typing pauses. */
  onChange: (value: string) => void;
  ref?: Ref<HTMLInputElement>;
  className?: string;
}

/** Free text of a list's toolbar. Keeps what is typed and reports it when the typing pauses. */
export function SearchField({ label, value, onChange, ref, className }: SearchFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const [reported, setReported] = useState(value);
  // The address changed under the field: a shared link, the back button, "clear filters".
  if (value !== reported) {
    setReported(value);
    setText(value);
  }
  useEffect(() => {
    if (text.trim() === reported) return;
    const timer = window.setTimeout(() => {
      setReported(text.trim());
      onChange(text.trim());
    }, 250);
    return () => window.clearTimeout(timer);
  }, [text, reported, onChange]);
  return (
    <div className={cn("relative min-w-40", className)}>
      <Search className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-ink-3" aria-hidden />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setText("");
          event.currentTarget.blur();
        }}
        className="h-7 w-full rounded-full border border-line-2 bg-surface pr-7 pl-7 text-sm hover:border-edge focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 [&::-webkit-search-cancel-button]:hidden"
      />
      {text !== "" && (
        <button
          type="button"
          aria-label={t("clearField", { field: label })}
          className="absolute top-1/2 right-1 flex size-5 -translate-y-1/2 items-center justify-center rounded-full text-ink-3 hover:bg-active"
          onClick={() => setText("")}
        >
          <X className="size-3" aria-hidden />
        </button>
      )}
    </div>
  );
}
