import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";

/** How many of each kind the palette shows. */
const MOST = 5;

/** One thing the palette found. */
export interface Found {
  id: string;
  /** Where it leads. */
  to: string;
  label: string;
  hint: string;
}

const options = { staleTime: 10_000, placeholderData: keepPreviousData } as const;

export const findTickets = (q: string) =>
  queryOptions({
    queryKey: ["tickets", "list", "find", q],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const page = await body(client.GET("/api/tickets", { params: { query: { q, pageSize: MOST } }, signal }));
      return page.items.map((each) => ({
        id: each.id,
        to: `/chamados/${each.number}`,
        label: each.subject,
        hint: `#${each.number}`,
      }));
    },
    ...options,
  });

export const findDevices = (q: string) =>
  queryOptions({
    queryKey: ["devices", "list", "find", q],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const page = await body(client.GET("/api/admin/devices", { params: { query: { q, pageSize: MOST } }, signal }));
      return page.items.map((each) => ({
        id: each.id,
        to: `/dispositivos/${each.id}`,
        label: each.name,
        hint: each.company.name,
      }));
    },
    ...options,
  });

export const findCompanies = (q: string) =>
  queryOptions({
    queryKey: ["companies", "list", "find", q],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const page = await body(client.GET("/api/admin/companies", { params: { query: { q, pageSize: MOST } }, signal }));
      return page.items.map((each) => ({ id: each.id, to: `/empresas/${each.id}`, label: each.name, hint: each.nickname }));
    },
    ...options,
  });

/** People lead to the tickets they asked for. */
export const findPeople = (q: string) =>
  queryOptions({
    queryKey: ["users", "list", "find", q],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const query = { q, kind: "person", pageSize: MOST } as const;
      const page = await body(client.GET("/api/admin/users", { params: { query }, signal }));
      return page.items.map((each) => ({
        id: each.id,
        to: `/chamados?requesterId=${each.id}`,
        label: each.name,
        hint: each.email ?? "",
      }));
    },
    ...options,
  });
