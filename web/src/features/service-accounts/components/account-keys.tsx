import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ServiceAccount } from "@/api/types";
import { Button } from "@/components/button";
import { Section } from "@/components/section";
import { useNow } from "@/lib/use-now";
import { keyState } from "../model/key";
import { CreateKeyDialog } from "./create-key-dialog";
import { KeyItem } from "./key-item";

/** The keys of an account: those that are accepted, and folded away those that are not any more. */
export function AccountKeys({ account }: { account: ServiceAccount }) {
  const { t } = useTranslation("service-accounts");
  const now = useNow();
  const [creating, setCreating] = useState(false);
  const valid = account.keys.filter((key) => keyState(key, now) === "valid");
  const gone = account.keys.filter((key) => keyState(key, now) !== "valid");
  return (
    <Section
      title={t("keys.title")}
      aside={valid.length > 0 && valid.length}
      action={
        account.active && (
          <Button size="sm" onClick={() => setCreating(true)}>
            <Plus aria-hidden />
            {t("keys.create")}
          </Button>
        )
      }
    >
      {!account.active && <p className="text-sm text-ink-2">{t("keys.inactive")}</p>}
      {valid.length === 0 && account.active && <p className="text-sm text-ink-2">{t("keys.empty")}</p>}
      {valid.length > 0 && (
        <ul aria-label={t("keys.title")} className="divide-y divide-line rounded-md border border-line">
          {valid.map((key) => (
            <KeyItem key={key.id} accountId={account.id} apiKey={key} />
          ))}
        </ul>
      )}
      {gone.length > 0 && (
        <details className="text-sm">
          <summary className="w-fit cursor-pointer rounded-sm py-1 text-ink-2 hover:text-ink">
            {t("keys.gone", { count: gone.length })}
          </summary>
          <ul className="mt-1 divide-y divide-line rounded-md border border-line">
            {gone.map((key) => (
              <KeyItem key={key.id} accountId={account.id} apiKey={key} />
            ))}
          </ul>
        </details>
      )}
      {creating && <CreateKeyDialog account={account} onClose={() => setCreating(false)} />}
    </Section>
  );
}
