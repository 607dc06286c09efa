import { queryOptions } from "@tanstack/react-query";
import { body, client, freshId } from "@/api/client";
import type { Activity, Page, Participant } from "@/api/types";

/** Who goes away without a word is missed by asking again, in milliseconds. */
const AGAIN = 15_000;
/** This tab: another of the same person says for itself what is done there. */
const place = freshId();

/** Who else is at a ticket now. */
export const activityQuery = (ticketId: string) =>
  queryOptions({
    queryKey: ["tickets", "item", ticketId, "activity"],
    queryFn: async ({ signal }): Promise<Participant[]> => {
      const page: Page<Participant> = await body(
        client.GET("/api/tickets/{id}/activity", { params: { path: { id: ticketId } }, signal }),
      );
      return page.items;
    },
    refetchInterval: AGAIN,
    // Nothing of it is worth showing later.
    gcTime: 0,
  });

/** Says what one does. Nobody misses it when it is lost: it is said again. */
export function reportActivity(ticketId: string, activity: Activity): void {
  const lost = () => {};
  client
    .PUT("/api/tickets/{id}/activity", { params: { path: { id: ticketId } }, body: { activity, place }, keepalive: true })
    .catch(lost);
}
