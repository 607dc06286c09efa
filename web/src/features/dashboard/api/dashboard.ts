import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { ApiError } from "@/api/error";
import type { Dashboard } from "@/api/types";

/** Everything the page shows, in the days of this computer. It is a list of tickets too: what changes one changes it. */
export const dashboardQuery = (days: number) => {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return queryOptions({
    queryKey: ["tickets", "list", "dashboard", days, timeZone],
    queryFn: async ({ signal }): Promise<Dashboard> => {
      const ask = (zone?: string) =>
        body<Dashboard>(client.GET("/api/dashboard", { params: { query: { days, timeZone: zone } }, signal }));
      try {
        return await ask(timeZone);
      } catch (error) {
        // A browser may know zones that the server has not heard of.
        if (error instanceof ApiError && error.fields.has("timeZone")) return ask();
        throw error;
      }
    },
    placeholderData: keepPreviousData,
  });
};
