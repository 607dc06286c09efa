import { useTranslation } from "react-i18next";
import type { Attachment } from "@/api/types";
import { formatBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";
import { useLocale } from "@/lib/use-locale";
import { attachmentUrl } from "../api/attachments";
import { FileIcon } from "./file-icon";

/** Files that came with something: pictures as pictures, everything else to be downloaded. */
export function AttachmentList({ files, className }: { files: readonly Attachment[]; className?: string }) {
  const { t } = useTranslation("attachments");
  if (files.length === 0) return null;
  return (
    <ul aria-label={t("files")} className={cn("flex flex-wrap gap-2", className)}>
      {files.map((file) => (
        <li key={file.id} data-testid="attachment" className="max-w-full">
          {file.inlineSafe ? <Picture file={file} /> : <Download file={file} />}
        </li>
      ))}
    </ul>
  );
}

function Picture({ file }: { file: Attachment }) {
  const { t } = useTranslation("attachments");
  return (
    <a
      href={attachmentUrl(file.id)}
      target="_blank"
      rel="noreferrer"
      aria-label={t("open", { name: file.fileName })}
      title={file.fileName}
      className="block overflow-hidden rounded-md border border-line-2 bg-hover hover:border-accent"
    >
      <img
        src={attachmentUrl(file.id)}
        alt=""
        loading="lazy"
        className="h-28 w-auto max-w-60 min-w-16 object-cover"
      />
    </a>
  );
}

function Download({ file }: { file: Attachment }) {
  const { t } = useTranslation("attachments");
  const locale = useLocale();
  return (
    <a
      href={attachmentUrl(file.id)}
      download={file.fileName}
      className="flex h-11 w-60 max-w-full items-center gap-2 rounded-md border border-line-2 bg-surface px-2.5 text-xs hover:border-accent"
    >
      <FileIcon contentType={file.contentType} name={file.fileName} />
      <span className="flex min-w-0 flex-col">
        <span className="sr-only">{t("download", { name: file.fileName })}</span>
        <span aria-hidden className="truncate font-medium text-ink" title={file.fileName}>
          {file.fileName}
        </span>
        <span className="text-ink-3">{formatBytes(file.size, locale)}</span>
      </span>
    </a>
  );
}
