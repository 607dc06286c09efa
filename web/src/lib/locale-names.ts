import type { Locale } from "./i18n";

/** Each language's name in itself: the one word that is not translated. */
export const localeNames: Record<Locale, string> = {
  "pt-BR": "Português (Brasil)",
  en: "English",
};
