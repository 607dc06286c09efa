import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CreatedApiKey, ServiceAccount } from "@/api/types";
import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Dialog } from "@/components/dialog";

interface NewKeySecretProps {
  made: CreatedApiKey;
  account: ServiceAccount;
  onClose: () => void;
}

/** The secret of a key just made: shown now, and never again. */
export function NewKeySecret({ made, account, onClose }: NewKeySecretProps) {
  const { t } = useTranslation("service-accounts");
  return (
    <Dialog
      open
      sticky
      size="md"
      onOpenChange={(open) => !open && onClose()}
      title={t("secret.title", { name: account.name })}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("secret.kept")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="flex gap-2 rounded-md border border-note-line bg-note px-3 py-2 text-sm text-note-ink">
          <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {t("secret.once")}
        </p>
        <div className="flex items-center gap-1 rounded-md border border-line bg-canvas py-1 pr-1 pl-3">
          <code data-testid="api-key-secret" className="min-w-0 flex-1 font-mono text-sm break-all">
            {made.secret}
          </code>
          <CopyButton value={made.secret} label={t("secret.copy")} />
        </div>
        <div className="flex flex-col gap-1 text-sm text-ink-2">
          <p>{t("secret.use")}</p>
          <code className="rounded-md bg-canvas px-3 py-2 font-mono text-xs break-all">
            Authorization: Bearer {made.key.hint}…
          </code>
        </div>
      </div>
    </Dialog>
  );
}
