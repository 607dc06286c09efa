import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import type { Me, Setup, Theme, User } from "@/api/types";

/** Who is signed in, and what they may do. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => body<Me>(client.GET("/api/me", { signal })),
  staleTime: 5 * 60_000,
  // Another tab may have signed in somebody else.
  refetchOnWindowFocus: "always",
});

/** What kind of installation it is: whether it still waits for its first administrator, whether it is a demonstration. */
export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => body<Setup>(client.GET("/api/setup", { signal })),
  staleTime: 5 * 60_000,
});

export function useSignIn() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (credentials: { email: string; password: string }) =>
      body(client.POST("/api/auth/sign-in/email", { body: credentials })),
    onSuccess: () => queryClient.clear(),
  });
}

/** Signs in over a page that stays: what it knows is kept, and told who came in. */
export function useSignInAgain() {
  return useMutation({
    mutationFn: async (credentials: { email: string; password: string }): Promise<User> =>
      (await body<{ user: User }>(client.POST("/api/auth/sign-in/email", { body: credentials }))).user,
  });
}

export function useSignOut() {
  return useMutation({ mutationFn: () => client.POST("/api/auth/sign-out") });
}

export interface SetupForm {
  token: string;
  tenantName: string;
  name: string;
  email: string;
  password: string;
}

export function useSetup() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (form: SetupForm) => body(client.POST("/api/setup", { body: form })),
    onSuccess: () => queryClient.clear(),
  });
}

/** Keeps the user's choice on the server, for their other browsers. */
export function usePreferences() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (change: {
      locale?: string | null;
      theme?: Theme | null;
      defaultTicketFilter?: Record<string, string[]> | null;
    }) =>
      body(client.PATCH("/api/me/preferences", { body: change })),
    onSuccess: (preferences) =>
      queryClient.setQueryData(meQuery.queryKey, (me) => (me && preferences ? { ...me, preferences } : me)),
  });
}

/** The signed-in user; only below the signed-in part of the panel, where it is loaded before anything shows. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("useMe outside of the signed-in part");
  return data;
}

/** Whether the signed-in user has all of the permissions. */
export function useCan(...permissions: string[]): boolean {
  const granted = useMe().permissions;
  return permissions.every((permission) => granted.includes(permission));
}

/**
 * Whether the panel is the portal of somebody who sees their own things alone: it has the words and the
 * tools of one who asks for help, and none of those who give it.
 */
export function useInPortal(): boolean {
  return isPortal(useMe().permissions);
}

/** The same of somebody with these permissions. */
export function isPortal(permissions: readonly string[]): boolean {
  return !permissions.includes("users.read");
}
