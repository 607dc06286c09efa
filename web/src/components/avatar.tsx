import { cn } from "@/lib/cn";

/** Hues far enough apart to tell people by, none of them a status colour's strength. */
const hues = [15, 55, 110, 170, 210, 270, 310, 345];

/** The first letters of the first and the last name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + last).toLocaleUpperCase() || "?";
}

function hueOf(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hues[hash % hues.length] ?? 0;
}

interface AvatarProps {
  id: string;
  name: string;
  size?: "sm" | "md";
  className?: string;
}

/** A person as initials on a ground of their own. Decoration: the name stands beside it or in its title. */
export function Avatar({ id, name, size = "sm", className }: AvatarProps) {
  const hue = hueOf(id);
  return (
    <span
      aria-hidden
      title={name}
      className={cn(
        "inline-flex shrink-0 select-none items-center justify-center rounded-full font-medium",
        size === "sm" ? "size-5.5 text-[0.625rem]" : "size-7 text-xs",
        className,
      )}
      style={{
        backgroundColor: `light-dark(oklch(91% 0.045 ${hue}), oklch(34% 0.05 ${hue}))`,
        color: `light-dark(oklch(38% 0.08 ${hue}), oklch(89% 0.06 ${hue}))`,
      }}
    >
      {initials(name)}
    </span>
  );
}
