import type { DeviceUsbPolicy, UsbPolicy } from "@/api/types";

/** What may be done with USB storage, from the loosest on. */
export const policies: readonly UsbPolicy[] = ["allow", "read_only", "block"];

/** Why a policy may fail, as the agent names it. */
export const reasons = [
  "no_permission",
  "read_only_file_system",
  "system_disk",
  "no_udev",
  "unsupported",
  "other",
] as const;
export type Reason = (typeof reasons)[number];

/** The reason as the panel has words for it; undefined for one that a newer agent knows. */
export function reasonOf(reason: string | null): Reason | undefined {
  return reasons.find((each) => each === reason);
}

/** What the panel tells about a policy below its state; undefined where the state says all. */
export type Remark = "waiting" | "away" | "expired" | "cancelled";

export function remarkOf(policy: Pick<DeviceUsbPolicy, "state">, online: boolean): Remark | undefined {
  if (policy.state === "pending") return online ? "waiting" : "away";
  return policy.state === "expired" || policy.state === "cancelled" ? policy.state : undefined;
}

/** Whether asking the agent once more may help. */
export function canAskAgain(policy: Pick<DeviceUsbPolicy, "state">): boolean {
  return policy.state === "failed" || policy.state === "expired" || policy.state === "cancelled";
}

/** What a change in the timeline calls a policy. */
export function policyOf(value: string | null | undefined): UsbPolicy | undefined {
  return policies.find((each) => each === value);
}
