import { Popover as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export const Popover = Radix.Root;
export const PopoverTrigger = Radix.Trigger;

/** What opens beside its trigger. Not modal: nothing else on the page is locked. */
export function PopoverContent({ className, ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        align="start"
        sideOffset={4}
        collisionPadding={8}
        className={cn("z-50 animate-appear rounded-md bg-raised shadow-float focus:outline-none", className)}
        {...props}
      />
    </Radix.Portal>
  );
}
