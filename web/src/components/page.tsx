import { type ReactNode, type Ref, useEffect } from "react";
import { useTranslation } from "react-i18next";

/** Names the page in the browser's tab. */
export function useTitle(title: string): void {
  const { t } = useTranslation();
  const product = t("product");
  useEffect(() => {
    document.title = title === "" ? product : `${title} · ${product}`;
  }, [title, product]);
}

interface PageHeaderProps {
  title: ReactNode;
  /** Before the title: the way back, on a page about one thing. */
  leading?: ReactNode;
  /** After the title, quieter: a count. */
  aside?: ReactNode;
  actions?: ReactNode;
}

/** The line that says where one is, and holds the page's main action. */
export function PageHeader({ title, leading, aside, actions }: PageHeaderProps) {
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4 md:px-5">
      {leading}
      <h1 className="min-w-0 truncate text-base font-medium">{title}</h1>
      {aside && <span className="text-sm whitespace-nowrap text-ink-3 tabular-nums">{aside}</span>}
      <div className="ml-auto flex shrink-0 items-center gap-2">{actions}</div>
    </header>
  );
}

/**
 * The part below the header that scrolls; where it stood is remembered for the way back. What stands in it for ears alone
 * is placed in it, and makes nothing else longer.
 */
export function PageBody({ children, ref }: { children: ReactNode; ref?: Ref<HTMLDivElement> }) {
  return <div ref={ref} data-scroll-restoration-id="page" className="relative min-h-0 flex-1 overflow-y-auto">{children}</div>;
}
