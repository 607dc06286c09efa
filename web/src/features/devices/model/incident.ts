import type { Incident } from "@/api/types";

export type IncidentKind = "mass_offline" | "company_offline";

/** The kind of an incident; one that a newer server knows and this panel does not is told as the general one. */
export function incidentKindOf(incident: Pick<Incident, "type">): IncidentKind {
  return incident.type === "company_offline" ? "company_offline" : "mass_offline";
}

/** Those that are not over. */
export function openIncidents(incidents: readonly Incident[]): Incident[] {
  return incidents.filter((incident) => incident.resolvedAt === null);
}
