import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ControlProps, controlClass } from "@/components/field";
import { cn } from "@/lib/cn";
import { addTags, MOST_TAGS, TAG_LENGTH } from "../model/tags";

interface TagsFieldProps extends Partial<ControlProps> {
  tags: readonly string[];
  onChange: (tags: string[]) => void;
  disabled?: boolean;
  /** Looks like text until it is used, for facts that may be changed. */
  quiet?: boolean;
}

/** Words on a ticket. Enter or a comma adds what was typed, backspace in the empty field takes the last away. */
export function TagsField({ tags, onChange, disabled, quiet, ...control }: TagsFieldProps) {
  const { t } = useTranslation("tickets");
  const [text, setText] = useState("");
  const add = (typed: string) => {
    const next = addTags(tags, typed);
    setText("");
    if (next.length > tags.length) onChange(next);
  };
  return (
    <div
      className={cn(
        "flex min-w-0 flex-wrap items-center gap-1",
        !quiet && cn(controlClass, "min-h-9 py-1 has-focus-visible:border-accent"),
      )}
    >
      {tags.map((tag) => (
        <span key={tag} className="inline-flex h-6 max-w-full items-center rounded-sm bg-active pl-1.5 text-xs text-ink-2">
          <span className="truncate">{tag}</span>
          <button
            type="button"
            aria-label={t("tags.remove", { tag })}
            disabled={disabled}
            className="ml-0.5 flex size-6 shrink-0 items-center justify-center rounded-sm hover:bg-hover hover:text-ink"
            onClick={() => onChange(tags.filter((each) => each !== tag))}
          >
            <X className="size-3" aria-hidden />
          </button>
        </span>
      ))}
      {tags.length < MOST_TAGS && (
        <input
          {...control}
          aria-label={control.id ? undefined : t("tags.add")}
          value={text}
          maxLength={TAG_LENGTH}
          disabled={disabled}
          placeholder={t("tags.add")}
          onChange={(event) => (event.target.value.includes(",") ? add(event.target.value) : setText(event.target.value))}
          onBlur={() => add(text)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && text.trim() !== "") {
              event.preventDefault();
              add(text);
            }
            if (event.key === "Backspace" && text === "" && tags.length > 0) onChange(tags.slice(0, -1));
          }}
          className="h-6 min-w-24 flex-1 rounded-sm bg-transparent px-1 text-sm outline-none placeholder:text-ink-3 focus-visible:outline-1 focus-visible:outline-accent"
        />
      )}
    </div>
  );
}
