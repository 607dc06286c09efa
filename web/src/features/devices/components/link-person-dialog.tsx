import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { ApiError, isStatus } from "@/api/error";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { useErrorText } from "@/lib/error-text";
import { toastDone } from "@/lib/toast";
import { useDebounced } from "@/lib/use-debounced";
import { addressesQuery, useLinkPerson } from "../api/links";

/** Ties a person to a device by e-mail; people who match are suggested. */
export function LinkPersonDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const describe = useErrorText();
  const id = useId();
  const link = useLinkPerson(device.id);
  const [email, setEmail] = useState("");
  // Another address is another request.
  const [key, setKey] = useState(idempotencyKey);
  const found = useQuery(addressesQuery(useDebounced(email.trim())));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    link.mutate(
      { email: email.trim(), key },
      {
        onSuccess: () => {
          toastDone(t("people.linkDone", { email: email.trim(), device: device.name }));
          onClose();
        },
      },
    );
  };
  // What the server says against this person stands under the address; the rest above the buttons.
  const aboutPerson = link.error instanceof ApiError && (isStatus(link.error, 404) || isStatus(link.error, 409));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("people.linkTitle", { device: device.name })}
      description={t("people.linkDescription", { company: device.company.name })}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={link.isPending}>
            {t("people.link")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t("people.email")}
          error={fieldError(link.error, "email") ?? (aboutPerson ? describe(link.error) : undefined)}
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
                  setKey(idempotencyKey());
                  link.reset();
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
        {!aboutPerson && <FormError error={link.error} />}
      </form>
    </Dialog>
  );
}
