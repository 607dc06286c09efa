import { useTranslation } from "react-i18next";
import type { Priority } from "@/api/types";
import { cn } from "@/lib/cn";

const strength: Record<Priority, number> = { low: 1, normal: 2, high: 3, urgent: 3 };

/** Bars as on a telephone; urgent is a filled sign. Named for ears unless the word stands beside it. */
export function PriorityIcon({ priority, named }: { priority: Priority; named?: boolean }) {
  const { t } = useTranslation();
  const name = t(`priority.${priority}`);
  return (
    <svg
      viewBox="0 0 16 16"
      className={cn("size-4 shrink-0", priority === "urgent" ? "text-danger" : "text-ink-3")}
      role={named ? "img" : undefined}
      aria-label={named ? name : undefined}
      aria-hidden={named ? undefined : true}
    >
      {named && <title>{name}</title>}
      {priority === "urgent" ? (
        <path
          fill="currentColor"
          d="M4 1.5h8A2.5 2.5 0 0 1 14.5 4v8a2.5 2.5 0 0 1-2.5 2.5H4A2.5 2.5 0 0 1 1.5 12V4A2.5 2.5 0 0 1 4 1.5zm3.2 3 .2 4.5h1.2l.2-4.5zM8 10.4a.95.95 0 1 0 0 1.9.95.95 0 0 0 0-1.9z"
        />
      ) : (
        [1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4 - 2}
            y={12.5 - bar * 3}
            width="2.6"
            height={bar * 3}
            rx="1"
            fill="currentColor"
            opacity={bar <= strength[priority] ? 1 : 0.3}
          />
        ))
      )}
    </svg>
  );
}
