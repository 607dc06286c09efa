import { infiniteQueryOptions, keepPreviousData, queryOptions, type QueryClient } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { allPages } from "@/api/pages";
import type { Comment, Page, Ticket, TimelineEntry, WorkSession } from "@/api/types";
import { filterToQuery, type TicketFilter } from "../model/filter";

const PAGE = 50;

/** Tickets that match, newest first, a page after the other. */
export const ticketListQuery = (filter: TicketFilter) =>
  infiniteQueryOptions({
    queryKey: ["tickets", "list", "pages", filter],
    queryFn: ({ pageParam, signal }): Promise<Page<Ticket>> => {
      const query = { ...filterToQuery(filter), pageSize: PAGE, pageToken: pageParam };
      return body(client.GET("/api/tickets", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
    placeholderData: keepPreviousData,
  });

/** One ticket, by id or by number. */
export const ticketQuery = (id: string) =>
  queryOptions({
    queryKey: ["tickets", "item", id],
    queryFn: ({ signal }): Promise<Ticket> => body(client.GET("/api/tickets/{id}", { params: { path: { id } }, signal })),
  });

export const commentsQuery = (id: string) =>
  queryOptions({
    queryKey: ["tickets", "item", id, "comments"],
    queryFn: ({ signal }): Promise<Comment[]> =>
      allPages((query) => body(client.GET("/api/tickets/{id}/comments", { params: { path: { id }, query }, signal }))),
  });

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ["tickets", "item", id, "timeline"],
    queryFn: ({ signal }): Promise<TimelineEntry[]> =>
      allPages((query) => body(client.GET("/api/tickets/{id}/timeline", { params: { path: { id }, query }, signal }))),
  });

export const workSessionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["tickets", "item", id, "work-sessions"],
    queryFn: ({ signal }): Promise<WorkSession[]> =>
      allPages((query) => body(client.GET("/api/tickets/{id}/work-sessions", { params: { path: { id }, query }, signal }))),
  });

/** A ticket as some list on the way here showed it, so that its page does not start empty. */
export function listedTicket(queryClient: QueryClient, id: string): Ticket | undefined {
  const lists = queryClient.getQueriesData<{ pages?: Page<Ticket>[] }>({ queryKey: ["tickets", "list", "pages"] });
  for (const [, list] of lists) {
    for (const page of list?.pages ?? []) {
      const found = page.items.find((each) => each.id === id || String(each.number) === id);
      if (found) return found;
    }
  }
  return undefined;
}

/** Shows a ticket the server has just answered with, wherever it is shown, unless something newer is. */
export function putTicket(queryClient: QueryClient, ticket: Ticket): void {
  const newer = (old: Ticket | undefined) => (old && old.version > ticket.version ? old : ticket);
  for (const id of [ticket.id, String(ticket.number)]) {
    queryClient.setQueryData<Ticket>(["tickets", "item", id], (old) => (old ? newer(old) : undefined));
  }
  queryClient.setQueriesData<{ pages: Page<Ticket>[]; pageParams: unknown[] }>(
    { queryKey: ["tickets", "list", "pages"] },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          items: page.items.map((each) => (each.id === ticket.id ? newer(each) : each)),
        })),
      },
  );
}
