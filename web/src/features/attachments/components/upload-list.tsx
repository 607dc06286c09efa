import { RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { formatBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";
import { useErrorText } from "@/lib/error-text";
import { useLocale } from "@/lib/use-locale";
import type { Uploads } from "../hooks/use-uploads";
import type { Upload } from "../model/uploads";
import { FileIcon } from "./file-icon";

/** What is to go along: each with how far it is, why it failed, and a way to take it out again. */
export function UploadList({ uploads, className }: { uploads: Uploads; className?: string }) {
  const { t } = useTranslation("attachments");
  if (uploads.list.length === 0) return null;
  return (
    <ul aria-label={t("chosen")} className={cn("flex flex-wrap gap-2", className)}>
      {uploads.list.map((upload) => (
        <UploadItem
          key={upload.key}
          upload={upload}
          onRetry={() => uploads.retry(upload.key)}
          onRemove={() => uploads.remove(upload.key)}
        />
      ))}
    </ul>
  );
}

interface UploadItemProps {
  upload: Upload;
  onRetry: () => void;
  onRemove: () => void;
}

function UploadItem({ upload, onRetry, onRemove }: UploadItemProps) {
  const { t } = useTranslation("attachments");
  const describe = useErrorText();
  const locale = useLocale();
  const failed = upload.error !== undefined;
  const percent = Math.round(upload.sent * 100);
  const state = failed ? "failed" : upload.attachment ? "stored" : "sending";
  return (
    <li
      data-testid="upload"
      data-state={state}
      className={cn(
        "relative flex h-11 w-60 max-w-full items-center gap-2 overflow-hidden rounded-md border bg-surface pr-1 pl-2.5 text-xs",
        failed ? "border-danger" : "border-line-2",
      )}
    >
      <FileIcon contentType={upload.attachment?.contentType ?? ""} name={upload.name} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate font-medium text-ink" title={upload.name}>
          {upload.name}
        </span>
        <span role={failed ? "alert" : undefined} className={cn("truncate", failed ? "text-danger" : "text-ink-3")}>
          {failed ? describe(upload.error) : state === "sending" ? t("sending", { percent }) : formatBytes(upload.size, locale)}
        </span>
      </span>
      {failed && (
        <IconButton label={t("retry", { name: upload.name })} size="icon-sm" onClick={onRetry}>
          <RotateCw aria-hidden />
        </IconButton>
      )}
      <IconButton label={t("remove", { name: upload.name })} size="icon-sm" onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
      {state === "sending" && (
        <span
          role="progressbar"
          aria-label={upload.name}
          aria-valuenow={percent}
          className="absolute bottom-0 left-0 h-0.5 bg-accent transition-[width] duration-100"
          style={{ width: `${percent}%` }}
        />
      )}
    </li>
  );
}
