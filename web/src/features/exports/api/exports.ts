import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey } from "@/api/client";
import type { Export } from "@/api/types";

/** The newest exports, the newest first; kept up to date by what the server tells of their runs. */
export const exportsQuery = queryOptions({
  queryKey: ["exports", "list"],
  queryFn: async ({ signal }): Promise<Export[]> => (await body(client.GET("/api/admin/exports", { signal }))).items,
});

/** Whether nobody works on it any more. */
export function isOver({ state }: Pick<Export, "state">): boolean {
  return state !== "ready" && state !== "running";
}

/** Where its archive is taken from. */
export function archiveAddress({ id }: Pick<Export, "id">): string {
  return `/api/admin/exports/${id}/archive`;
}

/** Has an archive put together. */
export function useCreateExport() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (press: ReturnType<typeof idempotencyKey>): Promise<Export> =>
      body(client.POST("/api/admin/exports", { params: { header: press } })),
    onSettled: () => queryClient.invalidateQueries(exportsQuery),
  });
}

/** Calls one off. */
export function useCancelExport() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string): Promise<Export> =>
      body(client.POST("/api/admin/exports/{id}/cancel", { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries(exportsQuery),
  });
}
