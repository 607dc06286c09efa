import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { body, client, idempotencyKey, ifMatch } from "@/api/client";
import { LARGEST_PAGE } from "@/api/pages";
import type { Company, Page } from "@/api/types";
import type { CompanyFilter } from "../model/filter";

const PAGE = 50;

/** Companies that match, by name, a page after the other. */
export const companyListQuery = (filter: CompanyFilter) =>
  infiniteQueryOptions({
    queryKey: ["companies", "list", "pages", filter],
    queryFn: ({ pageParam, signal }): Promise<Page<Company>> => {
      const query = { ...filter, pageSize: PAGE, pageToken: pageParam };
      return body(client.GET("/api/admin/companies", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
    placeholderData: keepPreviousData,
  });

/** Companies to choose from. Asked by text, since there may be more than a page of them. */
export const companyChoicesQuery = (q: string) =>
  queryOptions({
    queryKey: ["companies", "list", "choice", q],
    queryFn: async ({ signal }): Promise<Company[]> => {
      const query = { q: q || undefined, pageSize: LARGEST_PAGE };
      return (await body(client.GET("/api/admin/companies", { params: { query }, signal }))).items;
    },
    placeholderData: keepPreviousData,
  });

export const companyQuery = (id: string) =>
  queryOptions({
    queryKey: ["companies", "item", id],
    queryFn: ({ signal }): Promise<Company> =>
      body(client.GET("/api/admin/companies/{id}", { params: { path: { id } }, signal })),
  });

/** How many devices a company has. */
export const deviceCountQuery = (companyId: string) =>
  queryOptions({
    queryKey: ["devices", "list", "count", companyId],
    queryFn: async ({ signal }): Promise<number> => {
      const query = { companyId, pageSize: 1 };
      return (await body(client.GET("/api/admin/devices", { params: { query }, signal }))).total;
    },
  });

/** How many people a company has. */
export const peopleCountQuery = (companyId: string) =>
  queryOptions({
    queryKey: ["users", "list", "count", companyId],
    queryFn: async ({ signal }): Promise<number> => {
      const query = { companyId, kind: "person", pageSize: 1 } as const;
      return (await body(client.GET("/api/admin/users", { params: { query }, signal }))).total;
    },
  });

/** How many tickets a company has that nobody has resolved. */
export const openTicketCountQuery = (companyId: string) =>
  queryOptions({
    queryKey: ["tickets", "list", "count", companyId],
    queryFn: async ({ signal }): Promise<number> => {
      const query = { companyId: [companyId], status: [...OPEN], pageSize: 1 };
      return (await body(client.GET("/api/tickets", { params: { query }, signal }))).total;
    },
  });

/** The statuses of a ticket that still waits for something. */
export const OPEN = ["pending", "in_progress", "paused"] as const;

/** Shows a company the server has just answered with, and asks again for the lists it is in. */
async function put(queryClient: QueryClient, company: Company): Promise<void> {
  queryClient.setQueryData(companyQuery(company.id).queryKey, company);
  await queryClient.invalidateQueries({ queryKey: ["companies", "list"] });
}

export function useCreateCompany() {
  const queryClient = useQueryClient();
  return useMutation({
    // The key is the form's, not the attempt's: pressing again after a lost answer makes no second company.
    mutationFn: (make: { name: string; nickname: string; key: ReturnType<typeof idempotencyKey> }): Promise<Company> =>
      body(
        client.POST("/api/admin/companies", {
          params: { header: make.key },
          body: { name: make.name, nickname: make.nickname },
        }),
      ),
    onSuccess: (company) => put(queryClient, company),
  });
}

interface CompanyChange {
  version: number;
  changes: { name?: string; nickname?: string; active?: boolean };
}

export function useUpdateCompany(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ version, changes }: CompanyChange): Promise<Company> =>
      body(
        client.PATCH("/api/admin/companies/{id}", { params: { path: { id }, header: ifMatch(version) }, body: changes }),
      ),
    onSuccess: (company) => put(queryClient, company),
  });
}

export function useRotateCode(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (): Promise<Company> =>
      body(client.POST("/api/admin/companies/{id}/provisioning-code", { params: { path: { id } } })),
    onSuccess: (company) => put(queryClient, company),
  });
}
