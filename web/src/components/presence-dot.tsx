import { useTranslation } from "react-i18next";
import type { Presence } from "@/api/types";
import { cn } from "@/lib/cn";

interface PresenceDotProps {
  presence: Presence;
  /** Says the word too, instead of keeping it for ears and the tooltip. */
  withLabel?: boolean;
  className?: string;
}

/**
 * Full when online, half when late, hollow when offline, dashed when unknown, a zigzag when unstable: shape as well as
 * colour.
 */
export function PresenceDot({ presence, withLabel, className }: PresenceDotProps) {
  const { t } = useTranslation();
  const label = t(`presence.${presence}`);
  return (
    <span className={cn("inline-flex items-center gap-1.5", className)} data-testid="presence" data-presence={presence}>
      <svg
        viewBox="0 0 10 10"
        className={cn(
          "size-2.5 shrink-0",
          presence === "online" && "text-online",
          (presence === "stale" || presence === "unstable") && "text-stale",
          (presence === "offline" || presence === "unknown") && "text-offline",
        )}
        role={withLabel ? undefined : "img"}
        aria-hidden={withLabel ? true : undefined}
        aria-label={withLabel ? undefined : label}
      >
        {!withLabel && <title>{label}</title>}
        {presence === "online" && <circle cx="5" cy="5" r="4" fill="currentColor" />}
        {presence === "unstable" && (
          <path
            d="M0.75 6.5 3 3l2 4 2-4 2.25 3.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        )}
        {presence !== "online" && presence !== "unstable" && (
          <circle
            cx="5"
            cy="5"
            r="3.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            strokeDasharray={presence === "unknown" ? "2 1.67" : undefined}
          />
        )}
        {presence === "stale" && <path d="M5 1.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" />}
      </svg>
      {withLabel && <span className="text-sm text-ink-2">{label}</span>}
    </span>
  );
}
