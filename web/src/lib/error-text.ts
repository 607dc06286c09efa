import i18next from "i18next";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/error";

/** What an error means and what to do about it, in the user's language. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof ApiError)) return t("errors.unknown");
      const known = `errors.code.${error.code}`;
      if (i18next.exists(known, { ns: "common" })) return t(known as "errors.code.unreachable");
      if (error.status === 401) return t("errors.signedOut");
      if (error.status === 403) return t("errors.forbidden");
      if (error.status === 404) return t("errors.missing");
      if (error.status === 409) return t("errors.conflict");
      if (error.status === 412) return t("errors.stale");
      if (error.status === 429) return t("errors.tooMany");
      if (error.status === 503) return t("errors.away");
      if (error.status >= 500) return t("errors.internal");
      return error.fields.size > 0 ? t("errors.invalid") : t("errors.unknown");
    },
    [t],
  );
}
