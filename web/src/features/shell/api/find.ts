import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import { isStatus } from "@/api/error";
import type { Ticket } from "@/api/types";
import { numberIn } from "../model/number";

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

/** Those with the words; before them the one with the number, which people have in front of them or are told. */
export const findTickets = (q: string) =>
  queryOptions({
    queryKey: ["tickets", "list", "find", q],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const [named, page] = await Promise.all([
        ticketNumbered(q, signal),
        body(client.GET("/api/tickets", { params: { query: { q, pageSize: MOST } }, signal })),
      ]);
      const others = page.items.filter((each) => each.id !== named?.id);
      return [...(named ? [named] : []), ...others].map((each) => ({
        id: each.id,
        to: `/chamados/${each.number}`,
        label: each.subject,
        hint: `#${each.number}`,
      }));
    },
    ...options,
  });

async function ticketNumbered(q: string, signal: AbortSignal): Promise<Ticket | undefined> {
  const number = numberIn(q);
  if (number === undefined) return undefined;
  try {
    return await body(client.GET("/api/tickets/{id}", { params: { path: { id: number } }, signal }));
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

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

export const findPeople = (q: string) =>
  queryOptions({
    queryKey: ["users", "list", "find", q],
    queryFn: async ({ signal }): Promise<Found[]> => {
      const query = { q, kind: "person", pageSize: MOST } as const;
      const page = await body(client.GET("/api/admin/users", { params: { query }, signal }));
      return page.items.map((each) => ({
        id: each.id,
        to: `/usuarios/${each.id}`,
        label: each.name,
        hint: each.email ?? "",
      }));
    },
    ...options,
  });
