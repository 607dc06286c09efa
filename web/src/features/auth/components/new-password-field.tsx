import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Input } from "@/components/field";
import { IconButton } from "@/components/icon-button";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD, passwordFault } from "../model/password";

interface NewPasswordFieldProps {
  label: string;
  /** What the API calls it. */
  name: string;
  value: string;
  onChange: (password: string) => void;
  /** How the form was refused, if it was. */
  error: unknown;
  autoFocus?: boolean;
}

/** A password to be chosen: its rules are shown before they are broken, and so is the text on demand. */
export function NewPasswordField({ label, name, value, onChange, error, autoFocus }: NewPasswordFieldProps) {
  const { t } = useTranslation("auth");
  const [shown, setShown] = useState(false);
  const limits = { least: SHORTEST_PASSWORD, most: LONGEST_PASSWORD };
  const fault = passwordFault(error, name, value);
  return (
    <Field label={label} hint={t("newPassword.rules", limits)} error={fault && t(`newPassword.fault.${fault}`, limits)}>
      {(control) => (
        <div className="relative">
          <Input
            {...control}
            className="pr-10"
            type={shown ? "text" : "password"}
            name={name}
            autoComplete="new-password"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus={autoFocus}
            required
            // No `maxLength`: it would cut what is pasted without a word.
            minLength={SHORTEST_PASSWORD}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <IconButton
            label={t(shown ? "newPassword.hide" : "newPassword.show")}
            size="icon-sm"
            className="absolute inset-y-1 right-1"
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          </IconButton>
        </div>
      )}
    </Field>
  );
}
