import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LifeBuoy, Plus, SearchX } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SearchField } from "@/components/search-field";
import { SkeletonRows } from "@/components/skeleton";
import { cn } from "@/lib/cn";
import { useRowKeys } from "@/lib/row-keys";
import { ticketListQuery } from "../api/tickets";
import { compact, isFiltered, type TicketFilter } from "../model/filter";
import { rememberFilter } from "../model/last-filter";
import { listOf, type OwnList, ownLists, statusesOf } from "../model/own";
import { OwnTicketRow } from "./own-ticket-row";

interface OwnTicketsPageProps {
  filter: TicketFilter;
  onFilter: (filter: TicketFilter) => void;
}

/** The tickets of whoever asked for help, and the way to ask. */
export function OwnTicketsPage({ filter, onFilter }: OwnTicketsPageProps) {
  const { t } = useTranslation("tickets");
  const list = useInfiniteQuery(ticketListQuery({ ...filter, sort: "updated" }));
  const tickets = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(body, search);
  useTitle(t("own.title"));
  useEffect(() => rememberFilter(filter), [filter]);
  const bare = list.isSuccess && tickets.length === 0 && !isFiltered(filter);
  return (
    <>
      <PageHeader title={t("own.title")} actions={!bare && <OpenTicket />} />
      {!bare && <OwnFilters filter={filter} onFilter={onFilter} searchRef={search} />}
      <PageBody>
        <div ref={body} aria-busy={list.isPlaceholderData || undefined} className="mx-auto w-full max-w-4xl">
          {list.isPending && <SkeletonRows rows={5} />}
          {list.isError && tickets.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {bare && (
            <EmptyState
              icon={LifeBuoy}
              title={t("own.empty.title")}
              description={t("own.empty.description")}
              action={<OpenTicket />}
            />
          )}
          {list.isSuccess && tickets.length === 0 && !bare && (
            <EmptyState
              icon={SearchX}
              title={t("own.noMatch.title")}
              description={t("own.noMatch.description")}
              action={<Button onClick={() => onFilter({})}>{t("own.noMatch.action")}</Button>}
            />
          )}
          <DataList label={t("own.title")} className={cn(tickets.length === 0 && "hidden")}>
            {tickets.map((ticket) => (
              <OwnTicketRow key={ticket.id} ticket={ticket} />
            ))}
          </DataList>
          {list.hasNextPage && (
            <LoadMore
              shown={tickets.length}
              total={total}
              hasMore
              busy={list.isFetchingNextPage}
              onMore={() => void list.fetchNextPage()}
            />
          )}
        </div>
      </PageBody>
    </>
  );
}

/** The one thing everybody comes for. */
function OpenTicket() {
  const { t } = useTranslation("tickets");
  return (
    <Button asChild variant="primary" size="lg">
      <Link to="/chamados/novo">
        <Plus aria-hidden />
        {t("own.open")}
      </Link>
    </Button>
  );
}

function OwnFilters({ filter, onFilter, searchRef }: OwnTicketsPageProps & { searchRef: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation("tickets");
  const shown = listOf(filter.status);
  const show = (list: OwnList) => onFilter(compact({ ...filter, status: statusesOf(list) }));
  return (
    <div className="mx-auto flex w-full max-w-4xl shrink-0 flex-wrap items-center gap-2 px-4 py-3 md:px-5">
      <div role="group" aria-label={t("own.which")} className="flex gap-1">
        {ownLists.map((list) => (
          <Button
            key={list}
            variant={shown === list ? "secondary" : "ghost"}
            aria-pressed={shown === list}
            className={cn(shown === list && "bg-active")}
            onClick={() => show(list)}
          >
            {t(`own.list.${list}`)}
          </Button>
        ))}
      </div>
      <SearchField
        ref={searchRef}
        label={t("own.search")}
        value={filter.q ?? ""}
        onChange={(q) => onFilter(compact({ ...filter, q }))}
        className="min-w-44 flex-1 sm:ml-auto sm:max-w-64"
      />
    </div>
  );
}
