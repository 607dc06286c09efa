import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

/** Facts as name and value, in a quiet column. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="flex flex-col gap-0.5">{children}</dl>;
}

interface FactProps {
  label: string;
  /** The value has lines of its own: the name stands beside the first. */
  tall?: boolean;
  children: ReactNode;
}

export function Fact({ label, tall, children }: FactProps) {
  return (
    <div className={cn("grid min-h-8 grid-cols-[6.5rem_minmax(0,1fr)] gap-2 text-sm", tall ? "items-start py-1" : "items-center")}>
      <dt className={cn("text-ink-3", tall && "py-0.5")}>{label}</dt>
      <dd className="flex min-w-0 items-center gap-1 wrap-anywhere">{children}</dd>
    </div>
  );
}
