import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import type { ServiceAccount } from "@/api/types";
import { Button } from "@/components/button";
import { Select } from "@/components/combobox";
import { Dialog } from "@/components/dialog";
import { Field, Input } from "@/components/field";
import { FormError, fieldError } from "@/components/form-error";
import { Skeleton } from "@/components/skeleton";
import { scopesQuery, useCreateKey } from "../api/service-accounts";
import { endOf, type Lifetime, lifetimes } from "../model/key";
import { NewKeySecret } from "./new-key-secret";
import { ScopeFields } from "./scope-fields";

/** Makes a key of chosen scopes, then shows its secret, once. */
export function CreateKeyDialog({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const { t } = useTranslation("service-accounts");
  const common = useTranslation().t;
  const id = useId();
  const offered = useQuery(scopesQuery);
  const create = useCreateKey(account.id);
  const [scopes, setScopes] = useState<string[]>([]);
  const [lifetime, setLifetime] = useState<Lifetime>("90");
  const [day, setDay] = useState("");
  // A changed form is another request, and the end of its key is counted from when it was filled in.
  const [request, setRequest] = useState(() => ({ key: idempotencyKey(), at: Date.now() }));
  const [problem, setProblem] = useState<"scopes" | "day">();
  const change = (set: () => void) => {
    set();
    setProblem(undefined);
    setRequest({ key: idempotencyKey(), at: Date.now() });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const expiresAt = endOf(lifetime, day, request.at);
    if (scopes.length === 0) setProblem("scopes");
    else if (expiresAt === undefined) setProblem("day");
    else create.mutate({ wanted: { scopes, expiresAt }, key: request.key });
  };
  if (create.data) return <NewKeySecret made={create.data} account={account} onClose={onClose} />;
  return (
    <Dialog
      open
      size="md"
      onOpenChange={(open) => !open && onClose()}
      title={t("newKey.title", { name: account.name })}
      description={t("newKey.description")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" busy={create.isPending} disabled={!offered.isSuccess}>
            {t("keys.create")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-5">
        {offered.isPending && <Skeleton className="h-40 w-full" />}
        <FormError error={offered.error} />
        {offered.isSuccess && (
          <ScopeFields offered={offered.data} chosen={scopes} onChange={(next) => change(() => setScopes(next))} />
        )}
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <Field label={t("newKey.lifetime")} error={fieldError(create.error, "expiresAt")}>
            {(control) => (
              <Select
                {...control}
                label={t("newKey.lifetime")}
                options={lifetimes.map((value) => ({ value, label: t(`lifetime.${value}`) }))}
                value={lifetime}
                onChange={(value) => change(() => setLifetime(lifetimes.find((each) => each === value) ?? lifetime))}
              />
            )}
          </Field>
          {lifetime === "date" && (
            <Field label={t("newKey.day")} error={problem === "day" ? t("newKey.dayMissing") : undefined} required>
              {(control) => (
                <Input
                  {...control}
                  type="date"
                  required
                  value={day}
                  onChange={(event) => change(() => setDay(event.target.value))}
                />
              )}
            </Field>
          )}
        </div>
        {problem === "scopes" && (
          <p role="alert" className="text-sm text-danger-ink">
            {t("newKey.scopesMissing")}
          </p>
        )}
        <FormError error={create.error} />
      </form>
    </Dialog>
  );
}
