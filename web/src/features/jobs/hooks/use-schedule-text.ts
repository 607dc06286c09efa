import { useTranslation } from "react-i18next";
import type { Job } from "@/api/types";
import { formatDuration, formatMinute, formatWeekday } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { plainSchedule } from "../model/schedule";

/** Tells when a job fires: in words where they are few, else by its pattern. */
export function useScheduleText(): (job: Pick<Job, "kind" | "expression">) => string {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  return (job) => {
    const plain = plainSchedule(job);
    switch (plain?.every) {
      case "interval":
        return t("schedule.interval", { duration: formatDuration(plain.seconds, locale) });
      case "minutes":
        return t("schedule.interval", { duration: formatDuration(plain.minutes * 60, locale) });
      case "hour":
        return t("schedule.hour", { minute: plain.minute });
      case "day":
        return t("schedule.day", { time: formatMinute(plain.hour, plain.minute, locale) });
      case "week":
        return t("schedule.week", {
          weekday: formatWeekday(plain.weekday, locale),
          time: formatMinute(plain.hour, plain.minute, locale),
        });
      case undefined:
        return job.expression;
    }
  };
}
