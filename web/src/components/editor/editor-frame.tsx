import { Type } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { cn } from "@/lib/cn";
import type { EditorSlots } from "./types";

interface EditorFrameProps extends EditorSlots {
  /** The text. */
  children: ReactNode;
  toolbar: ReactNode;
}

/** The text, its files, and one line with everything to press. On a phone the tools are behind a button. */
export function EditorFrame({ children, toolbar, attachments, leading, actions, framed, disabled }: EditorFrameProps) {
  const { t } = useTranslation("editor");
  const [unfolded, setUnfolded] = useState(false);
  const tools = useId();
  return (
    <div
      className={cn(
        "min-w-0",
        framed &&
          "rounded-md border border-edge/60 bg-surface transition-colors focus-within:border-accent hover:border-edge hover:focus-within:border-accent",
      )}
    >
      {children}
      {attachments}
      <div className={cn("flex flex-wrap items-center gap-x-2 gap-y-1 px-2 pb-2", disabled && "max-md:hidden")}>
        {leading}
        <IconButton
          label={t("format")}
          size="icon-sm"
          className="md:hidden"
          aria-expanded={unfolded}
          aria-controls={tools}
          disabled={disabled}
          onClick={() => setUnfolded(!unfolded)}
        >
          <Type aria-hidden />
        </IconButton>
        <div id={tools} className={cn("max-md:order-last max-md:w-full", !unfolded && "max-md:hidden")}>
          {toolbar}
        </div>
        {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
      </div>
    </div>
  );
}
