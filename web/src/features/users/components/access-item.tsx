import type { ReactNode } from "react";

/** A thing that can be done with an account: what it does, and its button. */
export function AccessItem({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
      <p className="max-w-md min-w-0 text-sm text-ink-2">{text}</p>
      {children}
    </div>
  );
}
