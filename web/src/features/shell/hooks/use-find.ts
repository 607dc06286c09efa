import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/features/auth/api/session";
import { useDebounced } from "@/lib/use-debounced";
import { findCompanies, findDevices, findPeople, findTickets, type Found } from "../api/find";

/** What the palette found for a text, by kind; only kinds the user may see are asked for. */
export function useFind(text: string): { groups: { kind: FoundKind; found: Found[] }[]; busy: boolean } {
  const { permissions } = useMe();
  const typed = text.trim();
  const q = useDebounced(typed);
  const may = (permission: string) => q !== "" && permissions.includes(permission);
  const staff = may("tickets.work");
  const tickets = useQuery({ ...findTickets(q), enabled: may("tickets.read") });
  const devices = useQuery({ ...findDevices(q), enabled: staff && may("devices.read") });
  const companies = useQuery({ ...findCompanies(q), enabled: staff && may("companies.read") });
  const people = useQuery({ ...findPeople(q), enabled: staff && may("users.read") });
  const all = { tickets, devices, people, companies };
  const groups = kinds.map((kind) => ({ kind, found: q === "" ? [] : (all[kind].data ?? []) }));
  return { groups, busy: q !== typed || kinds.some((kind) => all[kind].isFetching) };
}

const kinds = ["tickets", "devices", "people", "companies"] as const;
export type FoundKind = (typeof kinds)[number];
