import { useTranslation } from "react-i18next";
import type { Actor } from "@/api/types";

/** What to call who did something: by name where there is one, and automation as what it is. */
export function useActorName(): (actor: Actor) => string {
  const { t } = useTranslation();
  return ({ kind, name }) => {
    if (kind === "service") return t("actor.system");
    if (kind === "service_account") return name ? t("actor.automation", { name }) : t("actor.someAutomation");
    return name || t("actor.unknown");
  };
}
