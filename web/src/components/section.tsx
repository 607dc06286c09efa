import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

interface SectionProps {
  title: string;
  /** After the title, quieter: a count. */
  aside?: ReactNode;
  /** At the end of the title's line. */
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled part of a page about one thing. */
export function Section({ title, aside, action, className, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cn("flex min-w-0 flex-col gap-2", className)}>
      <div className="flex min-h-7 items-center gap-2">
        <h2 id={id} className="text-sm font-medium">
          {title}
        </h2>
        {aside !== undefined && aside !== false && <span className="text-xs text-ink-3 tabular-nums">{aside}</span>}
        {action && <div className="ml-auto flex shrink-0 items-center gap-1">{action}</div>}
      </div>
      {children}
    </section>
  );
}
