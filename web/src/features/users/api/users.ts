import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey } from "@/api/client";
import type { Page, Role, User } from "@/api/types";
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
