import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { useDialogFocus } from "@/lib/focus";
import { IconButton } from "./icon-button";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** Buttons, the harmless one first. */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** Stays when pointed beside: it shows what cannot be shown again. */
  sticky?: boolean;
  /** Cannot be put away: what it asks for comes first. */
  locked?: boolean;
  children?: ReactNode;
}

const widths = { sm: "max-w-md", md: "max-w-xl", lg: "max-w-3xl" };

/**
 * A modal dialog. The dimmed ground is ours, not Radix's overlay: that one writes a `<style>`
 * element to lock scrolling, which the content security policy forbids; the page never scrolls anyway.
 */
export function Dialog(dialog: DialogProps) {
  return (
    <Radix.Root open={dialog.open} onOpenChange={dialog.onOpenChange}>
      <Radix.Portal>
        <Opened {...dialog} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function Opened({ title, description, footer, size = "sm", sticky, locked, children }: DialogProps) {
  const { t } = useTranslation();
  const focus = useDialogFocus();
  return (
    <>
      <div className="fixed inset-0 z-40 animate-appear bg-scrim" aria-hidden />
      <Radix.Content
        {...focus}
        onEscapeKeyDown={locked ? (event) => event.preventDefault() : leaveToList}
        onInteractOutside={sticky || locked ? (event) => event.preventDefault() : undefined}
        {...(!description && { "aria-describedby": undefined })}
        className={cn(
          "fixed inset-x-3 top-[max(1rem,10dvh)] z-40 mx-auto flex max-h-[80dvh] animate-rise flex-col rounded-lg bg-raised shadow-float focus:outline-none",
          widths[size],
        )}
      >
        <header className={cn("flex items-start justify-between gap-4 px-5 pt-4", !children && "pb-4")}>
          <div className="min-w-0">
            <Radix.Title className="text-lg font-medium">{title}</Radix.Title>
            {description && (
              <Radix.Description className="mt-1 text-sm text-ink-2">{description}</Radix.Description>
            )}
          </div>
          {!locked && (
            <Radix.Close asChild>
              <IconButton label={t("close")} size="icon-sm" className="-mr-1.5">
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          )}
        </header>
        {children && <div className="min-h-0 overflow-y-auto px-5 py-4">{children}</div>}
        {footer && (
          <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>
        )}
      </Radix.Content>
    </>
  );
}

/** A list that is open in a text within, of people to mention, is what Escape closes first. */
function leaveToList(event: KeyboardEvent): void {
  if (event.target instanceof Element && event.target.matches("[role=textbox][aria-controls]")) event.preventDefault();
}
