import { useTranslation } from "react-i18next";
import type { Job } from "@/api/types";
import { formatDateTimeIn } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";

/** The next times of a job, on the clocks of its time zone and in UTC. */
export function NextTimes({ job }: { job: Pick<Job, "upcoming" | "timeZone"> }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  return (
    <table className="w-full text-xs whitespace-nowrap tabular-nums">
      <caption className="sr-only">{t("next.caption")}</caption>
      <thead className="text-left text-ink-3">
        <tr>
          <th scope="col" className="py-1 pr-6 font-normal">
            {job.timeZone}
          </th>
          <th scope="col" className="py-1 font-normal">
            UTC
          </th>
        </tr>
      </thead>
      <tbody>
        {job.upcoming.map((time) => (
          <tr key={time}>
            <td className="py-1 pr-6">
              <time dateTime={time}>{formatDateTimeIn(time, job.timeZone, locale)}</time>
            </td>
            <td className="py-1 text-ink-2">{formatDateTimeIn(time, "UTC", locale)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
