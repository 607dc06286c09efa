import { useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, idempotencyKey } from "@/api/client";
import type { components } from "@/api/gen/schema";
import type { BulkResult } from "@/api/types";
import { AT_ONCE, parts } from "../model/selection";

/** The same change for several tickets. */
export type BulkChange = Omit<components["schemas"]["BulkUpdate"], "targets">;

/** Changes many tickets, each on top of the version given; says what came of each. */
export function useBulkUpdate() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ tickets, change }: {
      tickets: readonly { id: string; version: number }[];
      change: BulkChange;
    }): Promise<BulkResult[]> => {
      const results: BulkResult[] = [];
      for (const part of parts(tickets, AT_ONCE)) {
        const targets = part.map(({ id, version }) => ({ id, version }));
        const answer = await body(
          client.POST("/api/tickets/bulk", { params: { header: idempotencyKey() }, body: { ...change, targets } }),
        );
        results.push(...answer.results);
      }
      return results;
    },
    // Also when it broke off: some may have changed.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["tickets"] }),
  });
}
