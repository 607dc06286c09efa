import { describe, expect, it } from "vitest";
import { currentStep, handOverDone, lastReset } from "./hand-over";

/** A timeline, newest first, told from its beginning. */
const story = (...types: string[]) => types.map((type, index) => ({ id: String(index), type })).toReversed();

const gone = { enrolled: false, presence: "offline" } as const;
const silent = { enrolled: true, presence: "offline" } as const;
const online = { enrolled: true, presence: "online" } as const;

describe("a hand-over, told by the device", () => {
  it.each([
    ["nothing was done", online, story("enrolled"), "reset"],
    ["an adjustment before the reset is of another owner", gone, story("access_adjusted", "reset"), "access"],
    ["reset and given to somebody", gone, story("reset", "access_adjusted"), "enrol"],
    ["enrolled and not heard of", silent, story("reset", "access_adjusted", "reenrolled"), "back"],
    ["enrolled before it was given to anybody", online, story("reset", "reenrolled"), "access"],
    ["all done", online, story("reset", "access_adjusted", "reenrolled", "online"), undefined],
  ])("%s", (_, device, timeline, step) => {
    expect(currentStep(handOverDone(device, timeline, undefined))).toBe(step);
  });

  it("begins anew after one that is over", () => {
    const over = story("reset", "access_adjusted", "reenrolled");
    expect(currentStep(handOverDone(online, over, lastReset(over)))).toBe("reset");
    expect(currentStep(handOverDone(gone, over, lastReset(over)))).not.toBe("reset");
    const again = story("reset", "access_adjusted", "reenrolled", "reset");
    expect(currentStep(handOverDone(gone, again, lastReset(over)))).toBe("access");
  });
});
