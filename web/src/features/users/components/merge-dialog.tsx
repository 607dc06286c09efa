import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { User } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { Combobox } from "@/components/combobox";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { FormError } from "@/components/form-error";
import { useDebounced } from "@/lib/use-debounced";
import { useMergeUser } from "../api/merges";
import { peopleChoicesQuery } from "../api/users";
import { AccessItem } from "./access-item";
import { MergePreview } from "./merge-preview";

/** Merges a person's second account into their first. */
export function MergeAction({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const [open, setOpen] = useState(false);
  return (
    <AccessItem text={t("merge.text")}>
      <Button onClick={() => setOpen(true)}>{t("merge.action")}</Button>
      {open && <MergeDialog user={user} onClose={() => setOpen(false)} />}
    </AccessItem>
  );
}

function MergeDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const merge = useMergeUser(user.id);
  const [text, setText] = useState("");
  const [survivor, setSurvivor] = useState<User>();
  const [allowed, setAllowed] = useState(false);
  const people = useQuery(peopleChoicesQuery(useDebounced(text)));
  const others = (people.data ?? []).filter((person) => person.id !== user.id && person.active);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="md"
      title={t("merge.title", { name: user.name })}
      description={t("merge.description", { name: user.name })}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            variant="danger"
            disabled={!survivor || !allowed}
            busy={merge.isPending}
            onClick={() => survivor && merge.mutate(survivor.id, { onSuccess: onClose })}
          >
            {t("merge.verb")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t("merge.into")}>
          {(control) => (
            <Combobox
              {...control}
              label={t("merge.into")}
              options={others.map((person) => ({
                value: person.id,
                label: person.name,
                hint: person.email ?? undefined,
                icon: <Avatar id={person.id} name={person.name} />,
              }))}
              value={survivor?.id ?? null}
              onChange={(id) => {
                setAllowed(false);
                setSurvivor(others.find((person) => person.id === id));
              }}
              current={survivor && { value: survivor.id, label: survivor.name }}
              onSearch={setText}
              loading={people.isFetching}
            />
          )}
        </Field>
        {survivor && <MergePreview user={user} survivor={survivor} onAllowed={setAllowed} />}
        <FormError error={merge.error} />
      </div>
    </Dialog>
  );
}
