import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Select } from "@/components/combobox";
import { Field } from "@/components/field";
import { fieldError } from "@/components/form-error";
import { PresenceDot } from "@/components/presence-dot";
import { NONE } from "../model/filter";

interface OwnDeviceFieldProps {
  devices: readonly Device[];
  /** Null as long as nothing was chosen, `NONE` for no computer. */
  value: string | null;
  onChange: (deviceId: string | null) => void;
  error: unknown;
}

/** Which of one's own computers a ticket is about. Not asked of who has none. */
export function OwnDeviceField({ devices, value, onChange, error }: OwnDeviceFieldProps) {
  const { t } = useTranslation("tickets");
  if (devices.length === 0) return null;
  return (
    <Field label={t("own.whichDevice")} error={fieldError(error, "deviceId")}>
      {(control) => (
        <Select
          {...control}
          label={t("own.whichDevice")}
          options={[
            ...devices.map(({ id, name, presence }) => ({ value: id, label: name, icon: <PresenceDot presence={presence} /> })),
            { value: NONE, label: t("own.otherDevice") },
          ]}
          value={value}
          onChange={onChange}
        />
      )}
    </Field>
  );
}
