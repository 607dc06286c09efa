import { Building2, CalendarClock, ChartSpline, type LucideIcon, Monitor, Settings, Ticket, UsersRound } from "lucide-react";
import type { FileRouteTypes } from "@/app/route-tree.gen";
import type shell from "@/locales/en/shell.json";

/** One place of the panel. */
export interface Place {
  /** Its address; also matches what is below it. */
  to: FileRouteTypes["to"];
  /** Its name: a key below `nav` of the `shell` words. */
  label: keyof (typeof shell)["nav"];
  icon: LucideIcon;
  /** Permissions without all of which it is not shown. */
  needs: readonly string[];
}

/** The places of the panel in the order of the rail. A place is added with the page that it opens. */
export const places: readonly Place[] = [
  // Its figures are about other people's work.
  { to: "/painel", label: "dashboard", icon: ChartSpline, needs: ["tickets.read", "users.read"] },
  { to: "/chamados", label: "tickets", icon: Ticket, needs: ["tickets.read"] },
  { to: "/dispositivos", label: "devices", icon: Monitor, needs: ["devices.read"] },
  { to: "/usuarios", label: "users", icon: UsersRound, needs: ["users.read"] },
  // Whoever sees no people sees one company only: their own.
  { to: "/empresas", label: "companies", icon: Building2, needs: ["companies.read", "users.read"] },
  { to: "/tarefas", label: "jobs", icon: CalendarClock, needs: ["jobs.manage"] },
  { to: "/configuracoes", label: "settings", icon: Settings, needs: ["service_accounts.manage", "audit.read"] },
];

/** The places somebody with these permissions may go to. */
export function permittedPlaces(permissions: readonly string[]): Place[] {
  return places.filter((place) => place.needs.every((need) => permissions.includes(need)));
}

/** Whether somebody with these permissions may open the address; what is no place of the rail is everybody's. */
export function isPermitted(pathname: string, permissions: readonly string[]): boolean {
  const place = places.find(({ to }) => pathname === to || pathname.startsWith(`${to}/`));
  return !place || place.needs.every((need) => permissions.includes(need));
}
