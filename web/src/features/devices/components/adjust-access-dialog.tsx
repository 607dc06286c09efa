import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { ApiError, isStatus } from "@/api/error";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { ChoiceGroup } from "@/components/choice-group";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useErrorText } from "@/lib/error-text";
import { toastDone } from "@/lib/toast";
import { useDebounced } from "@/lib/use-debounced";
import { useAdjustAccess } from "../api/access";
import { addressesQuery } from "../api/links";
import { personas } from "../model/access";

/** Says whose the device is from now on, and as what they use it. */
export function AdjustAccessDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const describe = useErrorText();
  const id = useId();
  const adjust = useAdjustAccess(device.id);
  const [email, setEmail] = useState("");
  const [persona, setPersona] = useState(device.persona);
  // Another wish is another request.
  const [key, setKey] = useState(idempotencyKey);
  const renew = () => {
    setKey(idempotencyKey());
    adjust.reset();
  };
  const typed = useDebounced(email.trim());
  const found = useQuery(addressesQuery(typed));
  const isNew =
    found.isSuccess &&
    typed.includes("@") &&
    typed === email.trim() &&
    !found.data.some((person) => person.email.toLowerCase() === typed.toLowerCase());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adjust.mutate(
      { access: { email: email.trim(), persona }, key },
      {
        onSuccess: (adjusted) => {
          const person = adjusted.assignedUser?.name || email.trim();
          toastDone(t("access.done", { device: device.name, person, persona: t(`persona.${persona}`) }));
          onClose();
        },
      },
    );
  };
  // What the server says against this person stands under the address; the rest above the buttons.
  const aboutPerson = adjust.error instanceof ApiError && (isStatus(adjust.error, 404) || isStatus(adjust.error, 409));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("access.title", { device: device.name })}
      description={t("access.description")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={adjust.isPending}>
            {t("access.action")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t("access.email")}
          hint={t(isNew ? "access.emailNew" : "access.emailHint", { company: device.company.name })}
          error={fieldError(adjust.error, "email") ?? (aboutPerson ? describe(adjust.error) : undefined)}
          required
        >
          {(control) => (
            <>
              <Input
                {...control}
                required
                autoFocus
                type="email"
                autoComplete="off"
                list={`${id}-addresses`}
                value={email}
                onChange={(event) => {
                  setEmail(event.target.value);
                  renew();
                }}
              />
              <datalist id={`${id}-addresses`}>
                {found.data?.map((person) => (
                  <option key={person.email} value={person.email}>
                    {person.name}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
        <div className="flex flex-col gap-1.5">
          <ChoiceGroup
            label={t("access.persona")}
            value={persona}
            onChange={(value) => {
              setPersona(personas.find((each) => each === value) ?? persona);
              renew();
            }}
            options={personas.map((value) => ({ value, label: t(`persona.${value}`) }))}
          />
          <p className="text-xs text-ink-3">{t("access.personaHint")}</p>
        </div>
        {!aboutPerson && <FormError error={adjust.error} />}
      </form>
    </Dialog>
  );
}
