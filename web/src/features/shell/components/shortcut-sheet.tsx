import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { Kbd } from "@/components/kbd";
import { shortcuts } from "../model/shortcuts";

/** Every key the panel listens to. */
export function ShortcutSheet(dialog: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation("shell");
  return (
    <Dialog {...dialog} title={t("shortcuts.title")} size="md">
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        {shortcuts.map((group) => (
          <section key={group.title} aria-labelledby={`shortcuts-${group.title}`}>
            <h3 id={`shortcuts-${group.title}`} className="mb-1 text-xs font-medium text-ink-3">
              {t(`shortcuts.${group.title}`)}
            </h3>
            <dl>
              {group.keys.map(({ keys, does }) => (
                <div key={does} className="flex min-h-8 items-center justify-between gap-3 text-sm">
                  <dt>{t(`shortcuts.${does}`)}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
