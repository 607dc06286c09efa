import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { type Kind, kinds } from "../model/filter";

interface KindSwitchProps {
  value: Kind | undefined;
  onChange: (kind: Kind | undefined) => void;
}

/** Everybody, people, or devices. */
export function KindSwitch({ value, onChange }: KindSwitchProps) {
  const { t } = useTranslation("users");
  const options = [undefined, ...kinds];
  return (
    <div role="group" aria-label={t("kind.label")} className="flex h-7 shrink-0 rounded-full border border-line-2 p-0.5">
      {options.map((kind) => (
        <button
          key={kind ?? "all"}
          type="button"
          aria-pressed={value === kind}
          onClick={() => onChange(kind)}
          className={cn(
            "rounded-full px-2.5 text-xs",
            value === kind ? "bg-accent-soft font-medium text-accent-ink" : "text-ink-2 hover:bg-hover",
          )}
        >
          {t(`kind.${kind ?? "all"}`)}
        </button>
      ))}
    </div>
  );
}
