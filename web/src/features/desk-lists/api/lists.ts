import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey, ifMatch } from "@/api/client";
import type { ListKind, ListRecord } from "../model/lists";

/* Queues and categories: two lists of the same form, kept in order by the same hands. */

/** All of a list, also those that are archived. */
export const listQuery = (kind: ListKind) =>
  queryOptions({
    queryKey: [kind, "list", "settings"],
    queryFn: async ({ signal }): Promise<ListRecord[]> => {
      const params = { query: { includeArchived: true } };
      if (kind === "queues") return (await body(client.GET("/api/queues", { params, signal }))).items;
      return (await body(client.GET("/api/categories", { params, signal }))).items;
    },
  });

function useRefresh(kind: ListKind) {
  const queryClient = useQueryClient();
  // Tickets show the names, and may have moved.
  return async () => {
    await queryClient.invalidateQueries({ queryKey: [kind] });
    void queryClient.invalidateQueries({ queryKey: ["tickets"] });
  };
}

export function useCreateRecord(kind: ListKind) {
  return useMutation({
    mutationFn: ({ name, key }: { name: string; key: ReturnType<typeof idempotencyKey> }): Promise<ListRecord> => {
      const init = { params: { header: key }, body: { name } };
      return kind === "queues"
        ? body(client.POST("/api/admin/queues", init))
        : body(client.POST("/api/admin/categories", init));
    },
    onSuccess: useRefresh(kind),
  });
}

/** What can be changed of a record. */
export interface RecordChanges {
  name?: string;
  archived?: boolean;
}

export function useUpdateRecord(kind: ListKind) {
  const refresh = useRefresh(kind);
  return useMutation({
    mutationFn: ({ id, version, changes }: { id: string; version: number; changes: RecordChanges }): Promise<ListRecord> => {
      const init = { params: { path: { id }, header: ifMatch(version) }, body: changes };
      return kind === "queues"
        ? body(client.PATCH("/api/admin/queues/{id}", init))
        : body(client.PATCH("/api/admin/categories/{id}", init));
    },
    onSettled: refresh,
  });
}

export function useDeleteRecord(kind: ListKind) {
  return useMutation({
    /** Gives how many tickets moved. */
    mutationFn: async (wanted: { id: string; moveTo: string | null; key: ReturnType<typeof idempotencyKey> }): Promise<number> => {
      const path = { id: wanted.id };
      if (kind === "queues") {
        const query = { moveTo: wanted.moveTo ?? undefined };
        const params = { path, query, header: wanted.key };
        return (await body(client.DELETE("/api/admin/queues/{id}", { params }))).moved;
      }
      await client.DELETE("/api/admin/categories/{id}", { params: { path, header: wanted.key } });
      return 0;
    },
    onSuccess: useRefresh(kind),
  });
}
