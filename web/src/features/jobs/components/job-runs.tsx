import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DataList, LoadMore } from "@/components/data-list";
import { FormError } from "@/components/form-error";
import { Section } from "@/components/section";
import { SkeletonRows } from "@/components/skeleton";
import { runListQuery } from "../api/jobs";
import { RunRow } from "./run-row";

/** The runs of a job, newest first. */
export function JobRuns({ jobKey }: { jobKey: string }) {
  const { t } = useTranslation("jobs");
  const list = useInfiniteQuery(runListQuery(jobKey));
  const runs = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  return (
    <Section title={t("run.title")} aside={total > 0 ? total : undefined}>
      {list.isPending && <SkeletonRows rows={4} />}
      {list.isError && <FormError error={list.error} />}
      {list.isSuccess && runs.length === 0 && <p className="text-sm text-ink-3">{t("run.none")}</p>}
      {runs.length > 0 && (
        <div className="overflow-hidden rounded-md border border-line">
          <DataList label={t("run.title")}>
            {runs.map((run) => (
              <RunRow key={run.id} run={run} />
            ))}
          </DataList>
        </div>
      )}
      {list.hasNextPage && (
        <LoadMore
          shown={runs.length}
          total={total}
          hasMore
          busy={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
    </Section>
  );
}
