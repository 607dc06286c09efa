import { useInfiniteQuery } from "@tanstack/react-query";
import { Building2, Plus, SearchX } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SearchField } from "@/components/search-field";
import { SkeletonRows } from "@/components/skeleton";
import { Toolbar } from "@/components/toolbar";
import { useCan } from "@/features/auth/api/session";
import { useRowKeys } from "@/lib/row-keys";
import { companyListQuery } from "../api/companies";
import type { CompanyFilter } from "../model/filter";
import { CompanyRow } from "./company-row";
import { CreateCompanyDialog } from "./create-company-dialog";

interface CompaniesPageProps {
  filter: CompanyFilter;
  onFilter: (filter: CompanyFilter) => void;
}

/** The client companies, by name. */
export function CompaniesPage({ filter, onFilter }: CompaniesPageProps) {
  const { t } = useTranslation("companies");
  const common = useTranslation().t;
  const mayManage = useCan("companies.manage");
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery(companyListQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(body, search);
  useTitle(t("list.title"));

  const create = mayManage && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t("create.action")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("list.title")}
        aside={total > 0 ? t("list.total", { count: total }) : undefined}
        actions={create}
      />
      <Toolbar onClear={filter.q ? () => onFilter({}) : undefined}>
        <SearchField
          ref={search}
          label={t("list.search")}
          value={filter.q ?? ""}
          onChange={(q) => onFilter(q ? { q } : {})}
          className="w-56 shrink-0 md:w-64"
        />
      </Toolbar>
      <PageBody>
        <div ref={body} aria-busy={list.isPlaceholderData || undefined}>
          {list.isPending && <SkeletonRows />}
          {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {list.isSuccess && rows.length === 0 && filter.q && (
            <EmptyState
              icon={SearchX}
              title={t("list.noMatch.title")}
              description={t("list.noMatch.description")}
              action={<Button onClick={() => onFilter({})}>{common("clearFilters")}</Button>}
            />
          )}
          {list.isSuccess && rows.length === 0 && !filter.q && (
            <EmptyState
              icon={Building2}
              title={t("list.empty.title")}
              description={t("list.empty.description")}
              action={create}
            />
          )}
          {rows.length > 0 && (
            <>
              <DataList label={t("list.title")}>
                {rows.map((company) => (
                  <CompanyRow key={company.id} company={company} />
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
      {creating && <CreateCompanyDialog onClose={() => setCreating(false)} />}
    </>
  );
}
