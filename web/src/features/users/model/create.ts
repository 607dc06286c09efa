import type { Role } from "@/api/types";

/** The roles somebody with these permissions may give to a new person, the most common first. */
export function creatableRoles(permissions: readonly string[]): Role[] {
  if (permissions.includes("users.manage")) return ["collaborator", "manager", "agent", "admin"];
  return permissions.includes("users.create") ? ["collaborator"] : [];
}

/** Whether a person of this role belongs to a company. Staff may stand for themselves. */
export function needsCompany(role: Role): boolean {
  return role === "manager" || role === "collaborator";
}
