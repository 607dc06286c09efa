import { Tooltip as Radix } from "radix-ui";
import type { ReactElement } from "react";
import { keysOf, type ShortcutId } from "@/lib/shortcuts";
import { Kbd } from "./kbd";

export const TooltipProvider = Radix.Provider;

interface TooltipProps {
  label: string;
  /** What does the same as what is pointed at. */
  shortcut?: ShortcutId;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactElement;
}

/** Words for what is pointed at or focused; never the only place where something is said. */
export function Tooltip({ label, shortcut, side = "bottom", children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 animate-appear items-center gap-2 rounded-md bg-ink px-2 py-1 text-xs text-canvas shadow-float"
        >
          {label}
          {shortcut && (
            <span className="flex gap-0.5">
              {keysOf(shortcut).map((key) => (
                <Kbd key={key} tone="inverse">
                  {key}
                </Kbd>
              ))}
            </span>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
