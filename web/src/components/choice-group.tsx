import { useId } from "react";
import { cn } from "@/lib/cn";

interface ChoiceGroupProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
}

/** One of a few, all of them in sight. */
export function ChoiceGroup({ label, value, onChange, options }: ChoiceGroupProps) {
  const name = useId();
  return (
    <fieldset className="flex min-w-0 flex-wrap gap-1.5">
      <legend className="mb-1 text-sm font-medium text-ink-2">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={cn(
            "inline-flex h-8 cursor-pointer items-center rounded-md border px-3 text-sm",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
            option.value === value
              ? "border-accent bg-accent-soft font-medium text-accent-ink"
              : "border-line-2 text-ink-2 hover:bg-hover",
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="sr-only"
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
