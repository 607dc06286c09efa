import type { ReactNode } from "react";

/** Facts as name and value, in a quiet column. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="flex flex-col gap-0.5">{children}</dl>;
}

export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid min-h-8 grid-cols-[6.5rem_minmax(0,1fr)] items-center gap-2 text-sm">
      <dt className="text-ink-3">{label}</dt>
      <dd className="flex min-w-0 items-center gap-1 wrap-anywhere">{children}</dd>
    </div>
  );
}
