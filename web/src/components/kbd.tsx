import { cn } from "@/lib/cn";

/** The name of a key as it is printed on it. */
export function Kbd({ children, tone = "plain" }: { children: string; tone?: "plain" | "inverse" }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border px-1 font-sans text-[0.6875rem] leading-none",
        tone === "plain" ? "border-line-2 bg-canvas text-ink-2" : "border-current/30 text-current",
      )}
    >
      {children}
    </kbd>
  );
}
