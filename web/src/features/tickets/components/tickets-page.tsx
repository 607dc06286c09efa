import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, Inbox, Plus, SearchX } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { VirtualList } from "@/components/virtual-list";
import { useCan } from "@/features/auth/api/session";
import { useRowKeys } from "@/lib/row-keys";
import { useShortcuts } from "@/lib/shortcuts";
import { ticketListQuery } from "../api/tickets";
import { useHeldRows } from "../hooks/use-held-rows";
import { useSelection } from "../hooks/use-selection";
import { csvAddress, isFiltered, type TicketFilter } from "../model/filter";
import { rememberFilter } from "../model/last-filter";
import { BulkBar } from "./bulk-bar";
import { HeldRowsBar } from "./held-rows-bar";
import { ListMenu } from "./list-menu";
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
  const mayWork = useCan("tickets.work");
  const { selected, press, set } = useSelection(held.shown.map((ticket) => ticket.id));
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  useRowKeys(body, search);
  useShortcuts({
    select: () => document.activeElement?.closest("li")?.querySelector<HTMLInputElement>("[data-select]")?.click(),
  });
  useTitle(t("list.title"));
  useEffect(() => rememberFilter(filter), [filter]);

  const total = list.data?.pages[0]?.total ?? 0;
  return (
    <>
      <PageHeader
        title={t("list.title")}
        aside={total > 0 && <span className="max-sm:hidden">{t("list.total", { count: total })}</span>}
        actions={
          <>
            {total > 0 && (
              <Button asChild>
                <a href={csvAddress(filter)} download aria-label={t("list.download")}>
                  <Download aria-hidden />
                  <span className="max-md:sr-only">{t("list.csv")}</span>
                </a>
              </Button>
            )}
            <ListMenu filter={filter} onFilter={onFilter} />
            {mayCreate && (
              <Button asChild variant="primary" size="md">
                <Link to="/chamados/novo" aria-label={t("new.action")}>
                  <Plus aria-hidden />
                  <span className="max-sm:sr-only">{t("new.action")}</span>
                </Link>
              </Button>
            )}
          </>
        }
      />
      <TicketFilters filter={filter} onFilter={onFilter} searchRef={search} tickets={rows} />
      <PageBody ref={setScroller}>
        <div ref={body} aria-busy={list.isPlaceholderData || undefined}>
          <HeldRowsBar count={held.held.length} onShow={held.release} />
          {list.isPending && <SkeletonRows rows={12} />}
          {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {list.isSuccess && rows.length === 0 && <NoTickets filter={filter} onClear={() => onFilter({})} />}
          {rows.length > 0 && (
            <>
              <VirtualList label={t("list.title")} items={held.shown} total={total} scroller={scroller}>
                {(ticket, place) => (
                  <TicketRow
                    key={ticket.id}
                    ticket={ticket}
                    place={place}
                    selected={selected.includes(ticket.id)}
                    onSelect={mayWork ? press : undefined}
                  />
                )}
              </VirtualList>
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
      {mayWork && (
        <BulkBar
          tickets={held.shown.filter((ticket) => selected.includes(ticket.id))}
          listed={held.shown.length}
          onSelectAll={() => set(held.shown.map((ticket) => ticket.id))}
          onSelect={set}
        />
      )}
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
