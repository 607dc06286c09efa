import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { CopyButton } from "./copy-button";
import { Dialog } from "./dialog";

interface SecretDialogProps {
  title: string;
  /** What it is for, that it is not shown again, how long it works. */
  description: ReactNode;
  secret: string;
  /** What copying copies: "Copiar link". */
  copyLabel: string;
  onClose: () => void;
  children?: ReactNode;
}

/** Something that is shown once: a one-time link, a key. */
export function SecretDialog({ title, description, secret, copyLabel, onClose, children }: SecretDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="md"
      title={title}
      description={description}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <div className="flex items-center gap-2 rounded-md border border-line-2 bg-surface py-1.5 pr-1.5 pl-3">
        <code data-testid="secret" className="min-w-0 flex-1 font-mono text-xs break-all select-all">
          {secret}
        </code>
        <CopyButton value={secret} label={copyLabel} />
      </div>
      {children}
    </Dialog>
  );
}
