import { queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import type { TicketFilter } from "@/features/tickets/model/filter";

/** Open tickets that nobody has. */
export const waiting = { status: ["pending", "in_progress", "paused"], assigneeId: ["none"] } satisfies TicketFilter;

/** How many wait for somebody to take them. */
export const waitingQuery = queryOptions({
  queryKey: ["tickets", "list", "waiting"],
  queryFn: async ({ signal }): Promise<number> => {
    const query = { ...waiting, pageSize: 1 };
    return (await body(client.GET("/api/tickets", { params: { query }, signal }))).total;
  },
});
