import { useTranslation } from "react-i18next";

/** The BCP 47 tag everything on the page is formatted with. */
export function useLocale(): string {
  return useTranslation().i18n.language;
}
