import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import type { InvitePreview, PasswordResetPreview } from "@/api/types";

/** Root of the keys of what one-time links are for. */
const ROOT = "link";

/** What an invite is for, told to whoever holds its link. */
export const inviteQuery = (token: string) =>
  queryOptions({
    queryKey: [ROOT, "invite", token],
    queryFn: ({ signal }) =>
      body<InvitePreview>(client.POST("/api/auth/invites/preview", { body: { token }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Who a password reset is for, told to whoever holds its link. */
export const passwordResetQuery = (token: string) =>
  queryOptions({
    queryKey: [ROOT, "password-reset", token],
    queryFn: ({ signal }) =>
      body<PasswordResetPreview>(client.POST("/api/auth/password/reset/preview", { body: { token }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Makes the invited person, and signs them in. */
export function useAcceptInvite(token: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (person: { name: string; password: string }) =>
      body(client.POST("/api/auth/invites/accept", { body: { token, ...person } })),
    onSuccess: () => forgetOthers(queryClient),
  });
}

/** Sets the password the link is for, and signs its person in. */
export function useResetPassword(token: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (password: string) => body(client.POST("/api/auth/password/reset", { body: { token, password } })),
    onSuccess: () => forgetOthers(queryClient),
  });
}

/** Forgets what was loaded for whoever was signed in before; the page on show keeps what its link is for. */
function forgetOthers(queryClient: QueryClient): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ROOT });
}
