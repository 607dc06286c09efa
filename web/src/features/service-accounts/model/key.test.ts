import { describe, expect, it } from "vitest";
import { endOf, endsSoon, keyState, lastUse } from "./key";

const now = Date.parse("2026-11-23T15:00:00Z");
const key = (expiresAt: string | null, revokedAt: string | null = null) => ({ expiresAt, revokedAt });

describe("a key", () => {
  it.each([
    ["valid", key(null)],
    ["valid", key("2026-11-23T15:00:01Z")],
    ["expired", key("2026-11-23T15:00:00Z")],
    ["revoked", key("2027-01-01T00:00:00Z", "2026-11-01T00:00:00Z")],
    ["revoked", key("2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z")],
  ])("is %s", (state, given) => {
    expect(keyState(given, now)).toBe(state);
  });

  it("warns in its last week only", () => {
    expect(endsSoon(key("2026-11-29T00:00:00Z"), now)).toBe(true);
    expect(endsSoon(key("2026-12-29T00:00:00Z"), now)).toBe(false);
    expect(endsSoon(key("2026-11-20T00:00:00Z"), now)).toBe(false);
    expect(endsSoon(key(null), now)).toBe(false);
  });

  it("ends after its lifetime, or with the local day", () => {
    expect(endOf("30", "", now)).toBe("2026-12-23T15:00:00.000Z");
    expect(endOf("never", "", now)).toBeNull();
    // São Paulo is three hours behind.
    expect(endOf("date", "2026-12-01", now)).toBe("2026-12-02T02:59:59.000Z");
    expect(endOf("date", "", now)).toBeUndefined();
  });

  it("was used last when any of them was", () => {
    const used = (lastUsedAt: string | null) => ({ lastUsedAt });
    expect(lastUse([used("2026-11-02T00:00:00Z"), used(null), used("2026-11-20T00:00:00Z")])).toBe("2026-11-20T00:00:00Z");
    expect(lastUse([used(null)])).toBeNull();
  });
});
