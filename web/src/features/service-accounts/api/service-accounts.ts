import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { body, client, type idempotencyKey, ifMatch } from "@/api/client";
import type { CreatedApiKey, Page, ServiceAccount } from "@/api/types";

const PAGE = 50;

/** Service accounts with their keys, by name, a page after the other. */
export const accountListQuery = infiniteQueryOptions({
  queryKey: ["service-accounts", "list", "pages"],
  queryFn: ({ pageParam, signal }): Promise<Page<ServiceAccount>> => {
    const query = { pageSize: PAGE, pageToken: pageParam };
    return body(client.GET("/api/admin/service-accounts", { params: { query }, signal }));
  },
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.nextPageToken ?? undefined,
  placeholderData: keepPreviousData,
});

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ["service-accounts", "item", id],
    queryFn: ({ signal }): Promise<ServiceAccount> =>
      body(client.GET("/api/admin/service-accounts/{id}", { params: { path: { id } }, signal })),
  });

/** Names of everything a key may be allowed. */
export const scopesQuery = queryOptions({
  queryKey: ["service-accounts", "list", "scopes"],
  queryFn: async ({ signal }): Promise<string[]> =>
    (await body(client.GET("/api/admin/scopes", { signal }))).items.map(({ name }) => name),
  // They change with the server only.
  staleTime: Number.POSITIVE_INFINITY,
});

/** Shows an account the server has just answered with, and asks again for the list it is in. */
function put(queryClient: QueryClient, account: ServiceAccount): Promise<void> {
  queryClient.setQueryData(accountQuery(account.id).queryKey, account);
  return queryClient.invalidateQueries({ queryKey: accountListQuery.queryKey });
}

/** What people say of an account. */
export interface AccountTexts {
  name: string;
  description: string;
}

export function useCreateAccount() {
  const queryClient = useQueryClient();
  return useMutation({
    // The key is the form's, not the attempt's: pressing again after a lost answer makes no second account.
    mutationFn: ({ texts, key }: { texts: AccountTexts; key: ReturnType<typeof idempotencyKey> }): Promise<ServiceAccount> =>
      body(client.POST("/api/admin/service-accounts", { params: { header: key }, body: texts })),
    onSuccess: (account) => put(queryClient, account),
  });
}

export function useUpdateAccount(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (update: {
      version: number;
      changes: Partial<AccountTexts> & { active?: boolean };
    }): Promise<ServiceAccount> =>
      body(
        client.PATCH("/api/admin/service-accounts/{id}", {
          params: { path: { id }, header: ifMatch(update.version) },
          body: update.changes,
        }),
      ),
    onSuccess: (account) => put(queryClient, account),
  });
}

/** What a key is to be. */
export interface NewKey {
  scopes: string[];
  /** Null for never. */
  expiresAt: string | null;
}

export function useCreateKey(accountId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ wanted, key }: { wanted: NewKey; key: ReturnType<typeof idempotencyKey> }): Promise<CreatedApiKey> =>
      body(
        client.POST("/api/admin/service-accounts/{id}/keys", {
          params: { path: { id: accountId }, header: key },
          body: wanted,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["service-accounts"] }),
    // The secret is not kept after the form that shows it.
    gcTime: 0,
  });
}

export function useRevokeKey(accountId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) =>
      client.DELETE("/api/admin/service-accounts/{id}/keys/{keyId}", { params: { path: { id: accountId, keyId } } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["service-accounts"] }),
  });
}
