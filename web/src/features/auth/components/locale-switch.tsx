import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { chooseLocale, locales } from "@/lib/i18n";
import { localeNames } from "@/lib/locale-names";

/** Chooses the language before there is an account to remember it. */
export function LocaleSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <div role="group" aria-label={t("language")} className="flex gap-1">
      {locales.map((locale) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          aria-pressed={i18n.language === locale}
          onClick={() => void chooseLocale(locale)}
          className={cn(
            "h-7 rounded-md px-2 text-xs text-ink-3 hover:bg-hover hover:text-ink",
            i18n.language === locale && "font-medium text-ink",
          )}
        >
          {localeNames[locale]}
        </button>
      ))}
    </div>
  );
}
