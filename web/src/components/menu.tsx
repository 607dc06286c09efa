import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "end";
}

/** Actions behind a button. Not modal: see `Dialog` on scroll locking. */
export function Menu({ trigger, children, side = "bottom", align = "end" }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-48 animate-appear rounded-md bg-raised p-1 text-sm shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const itemClass =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 outline-none data-disabled:cursor-default data-disabled:text-ink-3 data-highlighted:bg-active [&_svg]:size-4 [&_svg]:text-ink-3";

export function MenuItem({ className, danger, ...props }: ComponentProps<typeof Radix.Item> & { danger?: boolean }) {
  return <Radix.Item className={cn(itemClass, danger && "text-danger-ink [&_svg]:text-danger", className)} {...props} />;
}

interface MenuChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
}

/** One of a few, chosen in place. */
export function MenuChoice({ label, value, onChange, options }: MenuChoiceProps) {
  return (
    <>
      <Radix.Label className="px-2 pt-1.5 pb-1 text-xs text-ink-3">{label}</Radix.Label>
      <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
        {options.map((option) => (
          <Radix.RadioItem
            key={option.value}
            value={option.value}
            className={itemClass}
            onSelect={(event) => event.preventDefault()}
          >
            <span className="flex-1">{option.label}</span>
            <Radix.ItemIndicator>
              <Check aria-hidden />
            </Radix.ItemIndicator>
          </Radix.RadioItem>
        ))}
      </Radix.RadioGroup>
    </>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 py-1.5">{children}</Radix.Label>;
}
