import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";

interface ToolbarProps {
  children: ReactNode;
  /** Offered while any filter is set. */
  onClear?: () => void;
}

/** The filters above a list. Scrolls sideways on a phone rather than pushing the list down. */
export function Toolbar({ children, onClear }: ToolbarProps) {
  const { t } = useTranslation();
  return (
    <div
      role="toolbar"
      aria-label={t("filters")}
      className="flex shrink-0 items-center gap-1.5 overflow-x-auto border-b border-line px-4 py-2 [scrollbar-width:none] md:flex-wrap md:px-5"
    >
      {children}
      {onClear && (
        <Button size="sm" variant="ghost" className="rounded-full" onClick={onClear}>
          {t("clearFilters")}
        </Button>
      )}
    </div>
  );
}
