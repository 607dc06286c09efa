import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Chip } from "./chip";
import { type Option, OptionList } from "./option-list";

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

/** One filter of a list by some of many values. */
export function FilterChip({ label, options, selected, onChange, single, searchable, onSearch, loading }: FilterChipProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const names = selected.map((value) => options.find((option) => option.value === value)?.label ?? "…");
  const told = names.length > 2 ? t("nChosen", { count: names.length }) : names.join(", ");
  const toggle = (value: string) => {
    const without = selected.filter((each) => each !== value);
    if (single) setOpen(false);
    if (without.length < selected.length) onChange(without);
    else onChange(single ? [value] : [...selected, value]);
  };
  return (
    <Chip
      label={label}
      value={names.length > 0 ? told : undefined}
      onClear={() => onChange([])}
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) onSearch?.("");
      }}
    >
      <OptionList
        label={label}
        options={options}
        selected={selected}
        onSelect={toggle}
        searchable={searchable ?? (onSearch !== undefined || options.length > 7)}
        onSearch={onSearch}
        loading={loading}
      />
    </Chip>
  );
}
