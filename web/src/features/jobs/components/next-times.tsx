import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Job, SchedulePreview } from "@/api/types";
import { formatDateTimeIn } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";

/** Warns of times that the clocks of a job's zone skip or show twice. */
export function OddTimes({ preview, timeZone }: { preview: SchedulePreview | undefined; timeZone: string }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  if (!preview || preview.oddTimes.length === 0) return null;
  return (
    <ul data-testid="odd-times" className="flex flex-col gap-1 rounded-md border border-note-line bg-note p-3 text-sm text-note-ink">
      {preview.oddTimes.map(({ nominalTime, missing, firesAt }) => (
        <li key={nominalTime} className="flex gap-2">
          <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {t(missing ? "odd.missing" : "odd.twice", {
            // What the pattern means is on no clock of a zone: it is read as it stands.
            nominal: formatDateTimeIn(`${nominalTime}:00Z`, "UTC", locale),
            zone: timeZone,
            fires: formatDateTimeIn(firesAt, timeZone, locale),
          })}
        </li>
      ))}
    </ul>
  );
}

/** The next times of a job, on the clocks of its time zone and in UTC. */
export function NextTimes({ job }: { job: Pick<Job, "upcoming" | "timeZone"> }) {
  const { t } = useTranslation("jobs");
  const locale = useLocale();
  return (
    <table className="w-full text-xs whitespace-nowrap tabular-nums max-sm:whitespace-normal">
      <caption className="sr-only">{t("next.caption")}</caption>
      <thead className="text-left text-ink-3">
        <tr>
          <th scope="col" className="py-1 pr-6 font-normal max-sm:pr-3">
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
            <td className="py-1 pr-6 max-sm:pr-3">
              <time dateTime={time}>{formatDateTimeIn(time, job.timeZone, locale)}</time>
            </td>
            <td className="py-1 text-ink-2">{formatDateTimeIn(time, "UTC", locale)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
