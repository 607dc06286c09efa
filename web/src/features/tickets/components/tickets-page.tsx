import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Inbox, Plus, SearchX } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { useRowKeys } from "@/lib/row-keys";
import { ticketListQuery } from "../api/tickets";
import { useHeldRows } from "../hooks/use-held-rows";
import { isFiltered, type TicketFilter } from "../model/filter";
import { rememberFilter } from "../model/last-filter";
import { HeldRowsBar } from "./held-rows-bar";
import { TicketFilters } from "./ticket-filters";
import { TicketRow } from "./ticket-row";

interface TicketsPageProps {
  filter: TicketFilter;
  onFilter: (filter: TicketFilter) => void;
}

/** Every ticket the user may see, filtered by the address. */
export function TicketsPage({ filter, onFilter }: TicketsPageProps) {
  const { t } = useTranslation("tickets");
  const mayCreate = useCan("tickets.create");
  const list = useInfiniteQuery(ticketListQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const held = useHeldRows(rows, JSON.stringify(filter), list.isSuccess && !list.isPlaceholderData);
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(body, search);
  useTitle(t("list.title"));
  useEffect(() => rememberFilter(filter), [filter]);

  const total = list.data?.pages[0]?.total ?? 0;
  return (
    <>
      <PageHeader
        title={t("list.title")}
        aside={list.isSuccess && total > 0 ? t("list.total", { count: total }) : undefined}
        actions={
          mayCreate && (
            <Button asChild variant="primary" size="md">
              <Link to="/chamados/novo">
                <Plus aria-hidden />
                {t("new.action")}
              </Link>
            </Button>
          )
        }
      />
      <TicketFilters filter={filter} onFilter={onFilter} searchRef={search} />
      <PageBody>
        <div ref={body} aria-busy={list.isPlaceholderData || undefined}>
          <HeldRowsBar count={held.held.length} onShow={held.release} />
          {list.isPending && <SkeletonRows rows={12} />}
          {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {list.isSuccess && rows.length === 0 && <NoTickets filter={filter} onClear={() => onFilter({})} />}
          {rows.length > 0 && (
            <>
              <DataList label={t("list.title")}>
                {held.shown.map((ticket) => (
                  <TicketRow key={ticket.id} ticket={ticket} />
                ))}
              </DataList>
              <LoadMore
                shown={held.shown.length}
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

function NoTickets({ filter, onClear }: { filter: TicketFilter; onClear: () => void }) {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const mayCreate = useCan("tickets.create");
  if (isFiltered(filter)) {
    return (
      <EmptyState
        icon={SearchX}
        title={t("list.noMatch.title")}
        description={t("list.noMatch.description")}
        action={<Button onClick={onClear}>{common("clearFilters")}</Button>}
      />
    );
  }
  return (
    <EmptyState
      icon={Inbox}
      title={t("list.empty.title")}
      description={t("list.empty.description")}
      action={
        mayCreate && (
          <Button asChild variant="primary">
            <Link to="/chamados/novo">{t("list.empty.action")}</Link>
          </Button>
        )
      }
    />
  );
}
