import { describe, expect, it } from "vitest";
import type { UsbPolicyState } from "@/api/types";
import { canAskAgain, policyOf, reasonOf, remarkOf } from "./usb-policy";

describe("a USB policy", () => {
  it("tells what it waits for, by whether the device is there", () => {
    const remarks = (online: boolean) =>
      (["pending", "applied", "failed", "expired", "cancelled"] as UsbPolicyState[]).map((state) => remarkOf({ state }, online));
    expect(remarks(true)).toEqual(["waiting", undefined, undefined, "expired", "cancelled"]);
    expect(remarks(false)[0]).toBe("away");
  });

  it("is asked again only where that may help", () => {
    expect(canAskAgain({ state: "failed" })).toBe(true);
    expect(canAskAgain({ state: "expired" })).toBe(true);
    expect(canAskAgain({ state: "cancelled" })).toBe(true);
    expect(canAskAgain({ state: "pending" })).toBe(false);
    expect(canAskAgain({ state: "applied" })).toBe(false);
  });

  it("leaves what a newer agent or server says to plain words", () => {
    expect(reasonOf("no_permission")).toBe("no_permission");
    expect(reasonOf("solar_flare")).toBeUndefined();
    expect(reasonOf(null)).toBeUndefined();
    expect(policyOf("read_only")).toBe("read_only");
    expect(policyOf("deny")).toBeUndefined();
  });
});
