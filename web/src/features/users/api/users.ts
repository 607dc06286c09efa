import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey, ifMatch } from "@/api/client";
import { LARGEST_PAGE } from "@/api/pages";
import type { Page, PasswordReset, Role, User, UserDetail } from "@/api/types";
import { filterToQuery, type UserFilter } from "../model/filter";

const PAGE = 50;

/** Users that match, by name, a page after the other. */
export const userListQuery = (filter: UserFilter) =>
  infiniteQueryOptions({
    queryKey: ["users", "list", "pages", filter],
    queryFn: ({ pageParam, signal }): Promise<Page<User>> => {
      const query = { ...filterToQuery(filter), pageSize: PAGE, pageToken: pageParam };
      return body(client.GET("/api/admin/users", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
    placeholderData: keepPreviousData,
  });

export interface NewPerson {
  name: string;
  email: string;
  role: Role;
  companyId: string | null;
}

export function useCreatePerson() {
  const queryClient = useQueryClient();
  return useMutation({
    // The key is the form's, not the attempt's: pressing again after a lost answer makes no second person.
    mutationFn: ({ person, key }: { person: NewPerson; key: ReturnType<typeof idempotencyKey> }): Promise<User> =>
      body(client.POST("/api/admin/users", { params: { header: key }, body: person })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["users", "list"] }),
  });
}

/** One user with the devices tied to them. */
export const userDetailQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "item", id, "detail"],
    queryFn: ({ signal }): Promise<UserDetail> =>
      body(client.GET("/api/admin/users/{id}", { params: { path: { id } }, signal })),
  });

/** People to choose from, by text. */
export const peopleChoicesQuery = (q: string) =>
  queryOptions({
    queryKey: ["users", "list", "choice", q],
    queryFn: async ({ signal }): Promise<User[]> => {
      const query = { kind: "person" as const, q: q || undefined, pageSize: LARGEST_PAGE };
      return (await body(client.GET("/api/admin/users", { params: { query }, signal }))).items;
    },
    placeholderData: keepPreviousData,
  });

/** Other support organisations, for admins with the platform flag. */
export const tenantsQuery = queryOptions({
  queryKey: ["tenants"],
  queryFn: async ({ signal }) => {
    const query = { pageSize: LARGEST_PAGE };
    return (await body(client.GET("/api/admin/tenants", { params: { query }, signal }))).items;
  },
});

export interface UserChanges {
  name?: string;
  email?: string;
  role?: Role;
  companyId?: string | null;
  tenantId?: string;
  active?: boolean;
  currentPassword?: string;
}

export function useUpdateUser(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ version, changes }: { version: number; changes: UserChanges }): Promise<User> =>
      body(client.PATCH("/api/admin/users/{id}", { params: { path: { id }, header: ifMatch(version) }, body: changes })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["users"] }),
  });
}

/** Starts a password reset; the key makes pressing again give the same link. */
export function useResetPassword(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (key: ReturnType<typeof idempotencyKey>): Promise<PasswordReset> =>
      body(client.POST("/api/admin/users/{id}/password-reset", { params: { path: { id }, header: key } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["users", "item", id] }),
  });
}
