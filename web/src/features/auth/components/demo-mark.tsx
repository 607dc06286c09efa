import { useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import { setupQuery } from "../api/session";

/** What ends the demonstration and takes its records away. */
const REMOVAL = "cargo xtask run --demo --remove";

/** Says of a demonstration that it is one, and how it goes away; of any other installation nothing. */
export function DemoMark() {
  const { t } = useTranslation("auth");
  const { data } = useQuery(setupQuery);
  if (!data?.demo) return null;
  return (
    <p
      data-testid="demo-mark"
      className="flex shrink-0 items-start gap-2 border-b border-line bg-accent-soft px-4 py-1 text-xs text-accent-ink md:px-5"
    >
      <FlaskConical className="mt-px size-3.5 shrink-0" aria-hidden />
      <span className="min-w-0">
        <strong className="font-medium">{t("demo.title")}</strong> {t("demo.lead")} <code className="whitespace-nowrap">{REMOVAL}</code>
      </span>
    </p>
  );
}
