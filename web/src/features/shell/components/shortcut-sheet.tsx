import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { Kbd } from "@/components/kbd";
import { keysOf, shortcutGroups } from "@/lib/shortcuts";

/** Every key the panel listens to. */
export function ShortcutSheet(dialog: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation("shell");
  return (
    <Dialog {...dialog} title={t("shortcuts.title")} size="md">
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        {shortcutGroups().map(([where, ids]) => (
          <section key={where} aria-labelledby={`shortcuts-${where}`}>
            <h3 id={`shortcuts-${where}`} className="mb-1 text-xs font-medium text-ink-3">
              {t(`shortcuts.where.${where}`)}
            </h3>
            <dl>
              {ids.map((id) => (
                <div key={id} className="flex min-h-8 items-center justify-between gap-3 text-sm">
                  <dt>{t(`shortcuts.${id}`)}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keysOf(id).map((key) => (
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
