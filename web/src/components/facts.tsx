import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface FactsProps {
  /** As much room as there is for the values. */
  dense?: boolean;
  children: ReactNode;
}

/** Facts as name and value, in a quiet column; all names have the room of the longest. */
export function Facts({ dense, children }: FactsProps) {
  return (
    <dl
      className={cn(
        "grid content-start gap-x-2 gap-y-0.5",
        dense ? "grid-cols-[max-content_minmax(0,1fr)]" : "grid-cols-[minmax(6.5rem,max-content)_minmax(0,1fr)]",
      )}
    >
      {children}
    </dl>
  );
}

interface FactProps {
  label: string;
  /** The value has lines of its own: the name stands beside the first. */
  tall?: boolean;
  children: ReactNode;
}

export function Fact({ label, tall, children }: FactProps) {
  return (
    <div className={cn("col-span-2 grid min-h-8 grid-cols-subgrid text-sm", tall ? "items-start py-1" : "items-center")}>
      <dt className={cn("max-w-36 text-ink-3", tall && "py-0.5")}>{label}</dt>
      <dd className="flex min-w-0 items-center gap-1 wrap-anywhere">{children}</dd>
    </div>
  );
}
