import { Eye, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { UserRef } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Combobox } from "@/components/combobox";
import { IconButton } from "@/components/icon-button";
import { usePeopleChoices } from "../hooks/use-choices";

interface WatchersFieldProps {
  watchers: readonly UserRef[];
  /** All who are to watch, and who came or went. */
  onChange: (ids: string[], name: string) => void;
  disabled?: boolean;
}

/** Who sees a ticket besides those it concerns. */
export function WatchersField({ watchers, onChange, disabled }: WatchersFieldProps) {
  const { t } = useTranslation("tickets");
  const people = usePeopleChoices(null);
  const ids = watchers.map(({ id }) => id);
  const nameOf = (id: string) => people.options.find((option) => option.value === id)?.label ?? t("none");
  return (
    <div className="-my-1 flex min-w-0 flex-1 flex-col">
      {watchers.map(({ id, name }) => (
        <span key={id} className="flex h-8 min-w-0 items-center gap-2">
          <Avatar id={id} name={name} />
          <span className="min-w-0 flex-1 truncate">{name}</span>
          <IconButton
            label={t("watchers.remove", { name })}
            size="icon-sm"
            disabled={disabled}
            onClick={() => onChange(ids.filter((each) => each !== id), name)}
          >
            <X aria-hidden />
          </IconButton>
        </span>
      ))}
      <Combobox
        quiet
        label={t("watchers.add")}
        placeholder={
          <>
            <Eye className="size-4 shrink-0" aria-hidden />
            {t("watchers.add")}
          </>
        }
        {...people}
        options={people.options.filter((option) => !ids.includes(option.value))}
        value={null}
        disabled={disabled}
        onChange={(id) => id && onChange([...ids, id], nameOf(id))}
      />
    </div>
  );
}
