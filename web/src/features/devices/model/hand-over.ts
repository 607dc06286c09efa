import type { Device, DeviceTimelineEntry } from "@/api/types";

/** The steps by which a computer goes from one person to another, in their order. */
export const handOverSteps = ["reset", "access", "enrol", "back"] as const;
export type HandOverStep = (typeof handOverSteps)[number];

type Told = Pick<DeviceTimelineEntry, "id" | "type">;

/** The newest reset a timeline, newest first, tells of. */
export function lastReset(timeline: readonly Told[]): string | undefined {
  return timeline.find((entry) => entry.type === "reset")?.id;
}

/**
 * Which steps are done, as the device and its timeline, newest first, tell. A reset as old as `finished` belongs to a
 * hand-over that was over before; without it the newest reset counts, so that one that was left is gone on with.
 */
export function handOverDone(
  device: Pick<Device, "enrolled" | "presence">,
  timeline: readonly Told[],
  finished: string | undefined,
): ReadonlySet<HandOverStep> {
  const done = new Set<HandOverStep>();
  const reset = timeline.findIndex((entry) => entry.type === "reset");
  const begun = !device.enrolled || (reset !== -1 && timeline[reset]?.id !== finished);
  if (!begun) return done;
  done.add("reset");
  const since = reset === -1 ? timeline : timeline.slice(0, reset);
  if (since.some((entry) => entry.type === "access_adjusted")) done.add("access");
  if (device.enrolled) done.add("enrol");
  if (device.enrolled && device.presence === "online") done.add("back");
  return done;
}

/** The step that is to be done now; undefined when none is left. */
export function currentStep(done: ReadonlySet<HandOverStep>): HandOverStep | undefined {
  return handOverSteps.find((step) => !done.has(step));
}
