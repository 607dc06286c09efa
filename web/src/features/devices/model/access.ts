import type { DeviceToken, Persona } from "@/api/types";

/** As what people use a device, the usual first. */
export const personas = ["collaborator", "manager"] as const satisfies readonly Persona[];

/** What a token is as far as people are concerned. */
export type TokenState = "valid" | "revoked";

export function tokenState(token: Pick<DeviceToken, "revokedAt">): TokenState {
  return token.revokedAt === null ? "valid" : "revoked";
}
