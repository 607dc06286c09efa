import { LayoutGrid, List } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { storage } from "@/lib/storage";
import { cn } from "@/lib/cn";

const views = ["table", "cards"] as const;
export type View = (typeof views)[number];
const icons = { table: List, cards: LayoutGrid };

/** How this browser shows devices: it remembers. */
export function useView(): [View, (view: View) => void] {
  const [view, setView] = useState<View>(() => (storage.get("devices") === "cards" ? "cards" : "table"));
  const choose = (next: View) => {
    setView(next);
    storage.set("devices", next === "table" ? null : next);
  };
  return [view, choose];
}

/** Lines or cards. */
export function ViewChoice({ view, onView }: { view: View; onView: (view: View) => void }) {
  const { t } = useTranslation("devices");
  return (
    <div role="group" aria-label={t("list.view")} className="flex items-center rounded-md border border-line-2 p-px">
      {views.map((each) => {
        const Icon = icons[each];
        return (
          <IconButton
            key={each}
            label={t(`list.${each}`)}
            size="icon-sm"
            aria-pressed={view === each}
            className={cn(view === each && "bg-accent-soft text-accent-ink")}
            onClick={() => onView(each)}
          >
            <Icon aria-hidden />
          </IconButton>
        );
      })}
    </div>
  );
}
