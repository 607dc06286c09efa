import { Paperclip } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";

interface AttachButtonProps {
  disabled?: boolean;
  onFiles: (files: File[]) => void;
}

/** Chooses files from the device. */
export function AttachButton({ disabled, onFiles }: AttachButtonProps) {
  const { t } = useTranslation("attachments");
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton label={t("attach")} size="icon-sm" disabled={disabled} onClick={() => input.current?.click()}>
        <Paperclip aria-hidden />
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          // The same file may be chosen again after it was removed.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
