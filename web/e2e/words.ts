import { readFileSync } from "node:fs";
import { join } from "node:path";

export const locales = ["pt-BR", "en"] as const;
export type Locale = (typeof locales)[number];

type Words = { [key: string]: string | Words };

/** The panel's own words of a language, by `namespace:key`, with the values of their placeholders. */
export function wordsOf(locale: Locale): (key: string, values?: Record<string, string>) => string {
  return (key, values = {}) => {
    const [namespace = "", path = ""] = key.split(":");
    const file = join(import.meta.dirname, `../src/locales/${locale}/${namespace}.json`);
    let found: string | Words | undefined = JSON.parse(readFileSync(file, "utf8")) as Words;
    for (const part of path.split(".")) found = typeof found === "object" ? found[part] : undefined;
    if (typeof found !== "string") throw new Error(`${locale} has no words for ${key}`);
    return found.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`${key} wants ${name}`);
      return value;
    });
  };
}
