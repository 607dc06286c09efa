import { formatExact, formatRelative } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { useNow } from "@/lib/use-now";

/** How long ago, kept current; the exact time in the tooltip. */
export function RelativeTime({ value, className }: { value: string; className?: string }) {
  const locale = useLocale();
  const now = useNow();
  return (
    <time dateTime={value} title={formatExact(value, locale)} className={className}>
      {formatRelative(value, now, locale)}
    </time>
  );
}
