import i18next from "i18next";
import { useTranslation } from "react-i18next";
import type { Job } from "@/api/types";

/** The name and the purpose of a job in the user's language; those the panel does not know keep the server's words. */
export function useJobWords(): (job: Pick<Job, "key" | "description">) => { name: string; description: string } {
  const { t } = useTranslation("jobs");
  return ({ key, description }) => {
    if (!i18next.exists(`known.${key}.name`, { ns: "jobs" })) return { name: key, description };
    return {
      name: t(`known.${key as "ticket-purge-processed"}.name`),
      description: t(`known.${key as "ticket-purge-processed"}.description`),
    };
  };
}
