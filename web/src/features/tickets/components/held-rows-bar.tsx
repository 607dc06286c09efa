import { ArrowUp } from "lucide-react";
import { useTranslation } from "react-i18next";

/** The button behind which new tickets wait, so that the list stays put under the reader's eyes. */
export function HeldRowsBar({ count, onShow }: { count: number; onShow: () => void }) {
  const { t } = useTranslation("tickets");
  return (
    <div aria-live="polite" className="sticky top-0 z-10">
      {count > 0 && (
        <button
          type="button"
          data-testid="held-rows"
          onClick={onShow}
          className="flex h-8 w-full animate-appear items-center justify-center gap-1.5 border-b border-line bg-accent-soft text-xs font-medium text-accent-ink hover:underline"
        >
          <ArrowUp className="size-3.5" aria-hidden />
          {t("list.held", { count })}
        </button>
      )}
    </div>
  );
}
