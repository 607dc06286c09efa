/** The product's sign. The word stands beside it, so it says nothing to ears. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M9 12.5a2.5 2.5 0 0 1 2.5-2.5h9a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-2.5 2.5H15l-3.6 3.2a.5.5 0 0 1-.9-.4V20A2.5 2.5 0 0 1 9 17.6z"
        className="fill-on-accent"
      />
      <circle cx="20" cy="15" r="1.6" className="fill-accent" />
    </svg>
  );
}
