import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

const badge = cva(
  "inline-flex h-5.5 items-center gap-1 rounded-sm px-1.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        neutral: "bg-active text-ink-2",
        accent: "bg-accent-soft text-accent-ink",
        pending: "bg-pending-soft text-pending-ink",
        progress: "bg-progress-soft text-progress-ink",
        paused: "bg-paused-soft text-paused-ink",
        resolved: "bg-resolved-soft text-resolved-ink",
        danger: "bg-danger-soft text-danger-ink",
        note: "bg-note text-note-ink",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

export type Tone = NonNullable<VariantProps<typeof badge>["tone"]>;

export function Badge({ tone, className, ...props }: ComponentProps<"span"> & { tone?: Tone }) {
  return <span className={cn(badge({ tone }), className)} {...props} />;
}
