import type { ApiKey } from "@/api/types";

/** Whether a key is accepted, and if not, why. */
export type KeyState = "valid" | "expired" | "revoked";

export function keyState(key: Pick<ApiKey, "revokedAt" | "expiresAt">, now: number): KeyState {
  if (key.revokedAt) return "revoked";
  return key.expiresAt && Date.parse(key.expiresAt) <= now ? "expired" : "valid";
}

const DAY = 24 * 60 * 60 * 1000;

/** Whether a key that is accepted will not be within a week: its users want another one in time. */
export function endsSoon(key: Pick<ApiKey, "revokedAt" | "expiresAt">, now: number): boolean {
  return keyState(key, now) === "valid" && key.expiresAt !== null && Date.parse(key.expiresAt) - now < 7 * DAY;
}

/** How long a new key may live; `date` is a day of one's own choice. */
export const lifetimes = ["30", "90", "365", "never", "date"] as const;
export type Lifetime = (typeof lifetimes)[number];

/** When a key of this lifetime ends; null for never, undefined while no day is chosen. */
export function endOf(lifetime: Lifetime, day: string, now: number): string | null | undefined {
  if (lifetime === "never") return null;
  if (lifetime !== "date") return new Date(now + Number(lifetime) * DAY).toISOString();
  // The last moment of the day on this computer's clock.
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}

/** The newest use of any of the keys; null when there was none. */
export function lastUse(keys: readonly Pick<ApiKey, "lastUsedAt">[]): string | null {
  const uses = keys.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  return uses.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null;
}
