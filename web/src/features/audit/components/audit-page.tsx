import { useInfiniteQuery } from "@tanstack/react-query";
import { Download, ScrollText, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { auditListQuery } from "../api/audit";
import { type AuditFilter, csvAddress, isFiltered } from "../model/filter";
import { AuditFilters } from "./audit-filters";
import { AuditRow } from "./audit-row";

interface AuditPageProps {
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}

/** Who changed what, the newest first. */
export function AuditPage({ filter, onFilter }: AuditPageProps) {
  const { t } = useTranslation("audit");
  const common = useTranslation().t;
  const list = useInfiniteQuery(auditListQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  useTitle(t("title"));
  return (
    <>
      <PageHeader
        title={t("title")}
        aside={total > 0 ? t("total", { count: total }) : undefined}
        actions={
          total > 0 && (
            <Button asChild>
              <a href={csvAddress(filter)} download aria-label={t("download")}>
                <Download aria-hidden />
                <span className="max-sm:sr-only">{t("csv")}</span>
              </a>
            </Button>
          )
        }
      />
      <AuditFilters filter={filter} onFilter={onFilter} entries={rows} />
      <PageBody>
        <div aria-busy={list.isPlaceholderData || undefined}>
          {list.isPending && <SkeletonRows />}
          {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {list.isSuccess && rows.length === 0 && isFiltered(filter) && (
            <EmptyState
              icon={SearchX}
              title={t("noMatch.title")}
              description={t("noMatch.description")}
              action={<Button onClick={() => onFilter({})}>{common("clearFilters")}</Button>}
            />
          )}
          {list.isSuccess && rows.length === 0 && !isFiltered(filter) && (
            <EmptyState icon={ScrollText} title={t("empty.title")} description={t("empty.description")} />
          )}
          {rows.length > 0 && (
            <>
              <DataList label={t("title")}>
                {rows.map((entry) => (
                  <AuditRow key={entry.id} entry={entry} filter={filter} />
                ))}
              </DataList>
              <LoadMore
                shown={rows.length}
                total={total}
                hasMore={list.hasNextPage}
                busy={list.isFetchingNextPage}
                onMore={() => void list.fetchNextPage()}
              />
            </>
          )}
        </div>
      </PageBody>
    </>
  );
}
