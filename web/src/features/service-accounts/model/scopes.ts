/** What a key may be allowed, as the server names it, in the order it is shown. */
export const scopes = [
  "tickets.read",
  "tickets.create",
  "tickets.work",
  "tickets.comment",
  "tickets.comment_internal",
  "tickets.reopen",
  "queues.read",
  "queues.manage",
  "categories.read",
  "categories.manage",
  "devices.read",
  "devices.manage",
  "companies.read",
  "companies.manage",
  "users.read",
  "users.create",
  "users.manage",
  "users.reset_password",
  "invites.read",
  "jobs.manage",
  "exports.manage",
  "audit.read",
] as const;
export type Scope = (typeof scopes)[number];

/** Areas with a name of their own, in the order they are shown. */
export const areas = ["tickets", "queues", "categories", "devices", "companies", "users", "invites", "jobs", "exports", "audit"] as const;
export type Area = (typeof areas)[number];

/** Scopes of one area. `area` is undefined for those that a newer server knows and this panel does not. */
export interface ScopeGroup {
  area: Area | undefined;
  scopes: string[];
}

/** Scopes by area, both in the order they are shown; unknown ones last, as the server names them. */
export function byArea(names: readonly string[]): ScopeGroup[] {
  const areaOf = (name: string) => areas.find((area) => name.startsWith(`${area}.`));
  const rank = (name: string) => (scopes as readonly string[]).indexOf(name) >>> 0;
  const ordered = names.toSorted((a, b) => rank(a) - rank(b));
  return [...areas, undefined]
    .map((area) => ({ area, scopes: ordered.filter((name) => areaOf(name) === area) }))
    .filter((group) => group.scopes.length > 0);
}

/** The scope with this name; undefined for one that this panel does not know. */
export function scopeOf(name: string): Scope | undefined {
  return scopes.find((scope) => scope === name);
}

/** Adds `name`, or takes it away. */
export function toggled(chosen: readonly string[], name: string): string[] {
  return chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name];
}
