import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { allPages } from "@/api/pages";
import type { Page, Session } from "@/api/types";

/** Where the signed-in user is signed in: here, then the last used first. */
export const sessionsQuery = queryOptions({
  queryKey: ["me", "sessions"],
  queryFn: ({ signal }) =>
    allPages((query) => body<Page<Session>>(client.GET("/api/me/sessions", { params: { query }, signal }))),
  select: (sessions) => sessions.toSorted((one, other) => Number(other.current) - Number(one.current)),
  // No signal tells of a sign-in elsewhere.
  staleTime: 0,
});

/** Ends sessions of the signed-in user. All are tried; the first refusal is thrown afterwards. */
export function useEndSessions() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      const ends = await Promise.allSettled(
        ids.map((id) => client.DELETE("/api/me/sessions/{id}", { params: { path: { id } } })),
      );
      const refused = ends.find((end) => end.status === "rejected");
      if (refused) throw refused.reason;
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}

/** Changes the signed-in user's password, which ends their other sessions. */
export function useChangePassword() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (passwords: { currentPassword: string; newPassword: string }) =>
      body<{ endedSessions: number }>(client.POST("/api/me/password", { body: passwords })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}
