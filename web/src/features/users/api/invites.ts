import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, idempotencyKey } from "@/api/client";
import type { Invite, Page, Role, SentInvite } from "@/api/types";
import type { InviteFilter } from "../model/invite-filter";

const PAGE = 50;

/** Invites that match, the newest first, a page after the other. */
export const inviteListQuery = (filter: InviteFilter) =>
  infiniteQueryOptions({
    queryKey: ["invites", "list", filter],
    queryFn: ({ pageParam, signal }): Promise<Page<Invite>> => {
      const query = { ...filter, pageSize: PAGE, pageToken: pageParam };
      return body(client.GET("/api/admin/invites", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
    placeholderData: keepPreviousData,
  });

export interface NewInvite {
  email: string;
  role: Role;
  companyId: string | null;
}

/** Asks for the lists again, whatever came of it: a refused change was made by somebody else. */
function useRefresh() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["invites"] });
}

export function useCreateInvite() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ invite, key }: { invite: NewInvite; key: ReturnType<typeof idempotencyKey> }): Promise<SentInvite> =>
      body(client.POST("/api/admin/invites", { params: { header: key }, body: invite })),
    onSettled: refresh,
  });
}

export function useResendInvite() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string): Promise<SentInvite> =>
      body(client.POST("/api/admin/invites/{id}/resend", { params: { path: { id }, header: idempotencyKey() } })),
    onSettled: refresh,
  });
}

export function useRevokeInvite() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => client.DELETE("/api/admin/invites/{id}", { params: { path: { id } } }),
    onSettled: refresh,
  });
}
