import { createElement } from "react";
import { File, FileArchive, FileAudio, FileImage, FileSpreadsheet, FileText, FileVideo, type LucideIcon } from "lucide-react";

/** What a file is, as a picture; its name stands beside. */
export function FileIcon({ contentType, name }: { contentType: string; name: string }) {
  const icon = iconOf(contentType, name.slice(name.lastIndexOf(".") + 1).toLowerCase());
  return createElement(icon, { "aria-hidden": true, className: "size-4 shrink-0 text-ink-3" });
}

function iconOf(contentType: string, ending: string): LucideIcon {
  if (contentType.startsWith("image/")) return FileImage;
  if (contentType.startsWith("audio/")) return FileAudio;
  if (contentType.startsWith("video/")) return FileVideo;
  if (["xlsx", "xls", "ods", "csv"].includes(ending)) return FileSpreadsheet;
  if (contentType === "application/pdf" || contentType === "text/plain" || ["docx", "doc", "odt"].includes(ending)) {
    return FileText;
  }
  if (/zip|compressed|tar|7z|gzip/.test(contentType)) return FileArchive;
  return File;
}
