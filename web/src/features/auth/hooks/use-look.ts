import { useTranslation } from "react-i18next";
import type { Theme } from "@/api/types";
import { useErrorText } from "@/lib/error-text";
import { chooseLocale, locales, localeOverride, matchLocale } from "@/lib/i18n";
import { localeNames } from "@/lib/locale-names";
import { setTheme, useTheme } from "@/lib/theme";
import { toastFailed } from "@/lib/toast";
import { usePreferences } from "../api/session";

const themes: readonly Theme[] = ["system", "light", "dark"];
/** Stands for "as the browser says" where a choice needs a value. */
const BROWSER = "browser";

/** One of a few to choose from, with its words. */
export interface Choice {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label: string }[];
}

/** Theme and language as choices: they hold here at once, and in the user's other browsers from their next visit. */
export function useLook(): { theme: Choice; language: Choice } {
  const { t } = useTranslation("shell");
  const theme = useTheme();
  const preferences = usePreferences();
  const describe = useErrorText();
  const onError = (error: unknown) => toastFailed(describe(error));
  return {
    theme: {
      label: t("theme.label"),
      value: theme,
      onChange: (next) => {
        const chosen = themes.find((each) => each === next) ?? "system";
        setTheme(chosen);
        preferences.mutate({ theme: chosen }, { onError });
      },
      options: themes.map((value) => ({ value, label: t(`theme.${value}`) })),
    },
    language: {
      label: t("language.label"),
      value: localeOverride() ?? BROWSER,
      onChange: (next) => {
        const chosen = matchLocale(next) ?? null;
        void chooseLocale(chosen);
        preferences.mutate({ locale: chosen }, { onError });
      },
      options: [
        { value: BROWSER, label: t("language.browser") },
        ...locales.map((value) => ({ value, label: localeNames[value] })),
      ],
    },
  };
}
