import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { DataList } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { useLocale } from "@/lib/use-locale";
import { jobsQuery } from "../api/jobs";
import { useJobWords } from "../hooks/use-job-words";
import { JobRow } from "./job-row";

/** What the system does by itself, when, and how it went. */
export function JobsPage() {
  const { t } = useTranslation("jobs");
  const jobs = useQuery(jobsQuery);
  useTitle(t("list.title"));
  const locale = useLocale();
  const words = useJobWords();
  const named = jobs.data?.map((job) => ({ job, name: words(job).name })) ?? [];
  const byName = named.toSorted((a, b) => a.name.localeCompare(b.name, locale));
  const count = named.length;
  return (
    <>
      <PageHeader title={t("list.title")} aside={count > 0 ? t("list.total", { count }) : undefined} />
      <PageBody>
        {jobs.isPending && <SkeletonRows />}
        {jobs.isError && !jobs.data && <ErrorState error={jobs.error} retry={() => void jobs.refetch()} />}
        {jobs.isSuccess && count === 0 && (
          <EmptyState icon={CalendarClock} title={t("list.empty.title")} description={t("list.empty.description")} />
        )}
        {count > 0 && (
          <DataList label={t("list.title")}>
            {byName.map(({ job }) => (
              <JobRow key={job.key} job={job} />
            ))}
          </DataList>
        )}
      </PageBody>
    </>
  );
}
