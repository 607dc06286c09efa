import { useInfiniteQuery } from "@tanstack/react-query";
import { Plus, SearchX, UsersRound } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { useRowKeys } from "@/lib/row-keys";
import { userListQuery } from "../api/users";
import { isNarrowed, type UserFilter } from "../model/filter";
import { CreatePersonDialog } from "./create-person-dialog";
import { UserFilters } from "./user-filters";
import { UserRow } from "./user-row";
import { UsersTabs } from "./users-tabs";

interface UsersPageProps {
  filter: UserFilter;
  onFilter: (filter: UserFilter) => void;
}

/** People and devices' accounts in one list, by name. */
export function UsersPage({ filter, onFilter }: UsersPageProps) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const mayCreate = useCan("users.create");
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery(userListQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(body, search);
  useTitle(t("list.title"));

  return (
    <>
      <PageHeader
        title={t("list.title")}
        aside={total > 0 ? t("list.total", { count: total }) : undefined}
        actions={
          mayCreate && (
            <Button variant="primary" onClick={() => setCreating(true)}>
              <Plus aria-hidden />
              {t("create.action")}
            </Button>
          )
        }
      />
      <UsersTabs />
      <UserFilters filter={filter} onFilter={onFilter} searchRef={search} />
      <PageBody>
        <div ref={body} aria-busy={list.isPlaceholderData || undefined}>
          {list.isPending && <SkeletonRows />}
          {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {list.isSuccess && rows.length === 0 && isNarrowed(filter) && (
            <EmptyState
              icon={SearchX}
              title={t("list.noMatch.title")}
              description={t("list.noMatch.description")}
              action={
                <Button onClick={() => onFilter(filter.kind ? { kind: filter.kind } : {})}>{common("clearFilters")}</Button>
              }
            />
          )}
          {list.isSuccess && rows.length === 0 && !isNarrowed(filter) && (
            <EmptyState
              icon={UsersRound}
              title={t(filter.kind === "device" ? "list.noDevices.title" : "list.empty.title")}
              description={t(filter.kind === "device" ? "list.noDevices.description" : "list.empty.description")}
            />
          )}
          {rows.length > 0 && (
            <>
              <DataList label={t("list.title")}>
                {rows.map((user) => (
                  <UserRow key={user.id} user={user} />
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
      {creating && <CreatePersonDialog companyId={filter.companyId ?? null} onClose={() => setCreating(false)} />}
    </>
  );
}
