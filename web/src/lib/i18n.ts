import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { storage } from "./storage";

export const locales = ["pt-BR", "en"] as const;
export type Locale = (typeof locales)[number];

const load: Record<Locale, () => Promise<{ default: Record<string, object> }>> = {
  "pt-BR": () => import("@/locales/pt-BR"),
  en: () => import("@/locales/en"),
};

/** The locale of ours that serves a language tag, if one does. */
export function matchLocale(tag: string): Locale | undefined {
  const language = tag.toLowerCase().split("-")[0];
  return locales.find((locale) => locale.toLowerCase().split("-")[0] === language);
}

/** The user's override, else the first language of the browser we speak, else English. */
export function preferredLocale(override: string | null, browser: readonly string[]): Locale {
  const wanted = override === null ? browser : [override, ...browser];
  for (const tag of wanted) {
    const locale = matchLocale(tag);
    if (locale) return locale;
  }
  return "en";
}

/** Starts translation; resolves when the words of the chosen locale are there. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    fallbackLng: false,
    defaultNS: "common",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await setLocale(preferredLocale(storage.get("locale"), navigator.languages));
}

async function setLocale(locale: Locale): Promise<void> {
  const words = (await load[locale]()).default;
  for (const [namespace, entries] of Object.entries(words)) {
    i18next.addResourceBundle(locale, namespace, entries, true, true);
  }
  await i18next.changeLanguage(locale);
  document.documentElement.lang = locale;
}

/** Overrides the browser's language, or, with null, follows it again. */
export async function chooseLocale(override: Locale | null): Promise<void> {
  storage.set("locale", override);
  await setLocale(preferredLocale(override, navigator.languages));
}

/** The user's override in this browser, or null when the browser decides. */
export function localeOverride(): Locale | null {
  const stored = storage.get("locale");
  return stored === null ? null : (matchLocale(stored) ?? null);
}
