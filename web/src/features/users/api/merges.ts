import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import type { Merge, MergePreview } from "@/api/types";

/** What merging an account into another would end and move. */
export const mergePreviewQuery = (id: string, intoUserId: string) =>
  queryOptions({
    queryKey: ["users", "merge-preview", id, intoUserId],
    queryFn: ({ signal }): Promise<MergePreview> => {
      const params = { path: { id }, query: { intoUserId } };
      return body(client.GET("/api/admin/users/{id}/merge-preview", { params, signal }));
    },
    retry: false,
  });

/** How far the merge of an account is; asked again until every service has answered. */
export const mergeQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "item", id, "merge"],
    queryFn: ({ signal }): Promise<Merge> =>
      body(client.GET("/api/admin/users/{id}/merge", { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === "moving" ? 1000 : false),
  });

export function useMergeUser(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (intoUserId: string): Promise<Merge> =>
      body(client.POST("/api/admin/users/{id}/merge", { params: { path: { id } }, body: { intoUserId } })),
    onSuccess: async (merge) => {
      queryClient.setQueryData(mergeQuery(id).queryKey, merge);
      await queryClient.invalidateQueries({ queryKey: ["users"] });
    },
  });
}
