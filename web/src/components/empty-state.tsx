import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  description?: ReactNode;
  /** The way on: a button or a link. */
  action?: ReactNode;
  /** The page has no other heading than this. */
  alone?: boolean;
}

/** Says that there is nothing here, why, and what to do next. */
export function EmptyState({ icon: Icon, title, description, action, alone }: EmptyStateProps) {
  const Heading = alone ? "h1" : "h2";
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-16 text-center" data-testid="empty-state">
      <Icon className="mb-1 size-6 text-ink-3" strokeWidth={1.5} aria-hidden />
      <Heading className="text-base font-medium">{title}</Heading>
      {description && <p className="max-w-sm text-sm text-ink-2">{description}</p>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
