import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { LARGEST_PAGE } from "@/api/pages";
import type { Category, Company, Device, Queue, Role, User } from "@/api/types";

/* What tickets can be tied to. Asked by text, since there may be more than a page of each. */

export const queuesQuery = queryOptions({
  queryKey: ["queues", "list"],
  queryFn: async ({ signal }): Promise<Queue[]> => (await body(client.GET("/api/queues", { signal }))).items,
});

/** Also those that are archived: tickets may still be in them. */
export const allQueuesQuery = queryOptions({
  queryKey: ["queues", "list", "all"],
  queryFn: async ({ signal }): Promise<Queue[]> =>
    (await body(client.GET("/api/queues", { params: { query: { includeArchived: true } }, signal }))).items,
});

/** Also those that are archived: tickets may still have them. */
export const categoriesQuery = queryOptions({
  queryKey: ["categories", "list"],
  queryFn: async ({ signal }): Promise<Category[]> =>
    (await body(client.GET("/api/categories", { params: { query: { includeArchived: true } }, signal }))).items,
});

const staffRoles: Role[] = ["admin", "agent"];

/** Who may be the assignee. */
export const staffQuery = (q: string) =>
  queryOptions({
    queryKey: ["users", "list", "staff", q],
    queryFn: async ({ signal }): Promise<User[]> => {
      const query = { role: staffRoles, q: q || undefined, pageSize: LARGEST_PAGE };
      const { items } = await body(client.GET("/api/admin/users", { params: { query }, signal }));
      return items.filter((user) => user.active);
    },
    placeholderData: keepPreviousData,
  });

/** People who may ask, of one company when it is given. */
export const peopleQuery = (q: string, companyId: string | null) =>
  queryOptions({
    queryKey: ["users", "list", "people", companyId, q],
    queryFn: async ({ signal }): Promise<User[]> => {
      const query = {
        kind: "person" as const,
        q: q || undefined,
        companyId: companyId ?? undefined,
        pageSize: LARGEST_PAGE,
      };
      return (await body(client.GET("/api/admin/users", { params: { query }, signal }))).items;
    },
    placeholderData: keepPreviousData,
  });

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ["users", "item", id],
    queryFn: ({ signal }): Promise<User> => body(client.GET("/api/admin/users/{id}", { params: { path: { id } }, signal })),
  });

export const companiesQuery = (q: string) =>
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

export const devicesQuery = (q: string, companyId: string | null) =>
  queryOptions({
    queryKey: ["devices", "list", "choice", companyId, q],
    queryFn: async ({ signal }): Promise<Device[]> => {
      const query = { q: q || undefined, companyId: companyId ?? undefined, pageSize: LARGEST_PAGE };
      return (await body(client.GET("/api/admin/devices", { params: { query }, signal }))).items;
    },
    placeholderData: keepPreviousData,
  });

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ["devices", "item", id],
    queryFn: ({ signal }): Promise<Device> =>
      body(client.GET("/api/admin/devices/{id}", { params: { path: { id } }, signal })),
  });
