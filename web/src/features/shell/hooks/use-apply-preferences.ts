import { useEffect } from "react";
import type { Me } from "@/api/types";
import { chooseLocale, localeOverride, matchLocale } from "@/lib/i18n";
import { setTheme } from "@/lib/theme";

/** Brings what the user chose in another browser here. What was never chosen stays as it is. */
export function useApplyPreferences({ locale, theme }: Me["preferences"]): void {
  useEffect(() => {
    const wanted = locale ? matchLocale(locale) : undefined;
    if (wanted && wanted !== localeOverride()) void chooseLocale(wanted);
  }, [locale]);
  useEffect(() => {
    if (theme) setTheme(theme);
  }, [theme]);
}
