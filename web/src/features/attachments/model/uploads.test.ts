import { describe, expect, it } from "vitest";
import type { Attachment } from "@/api/types";
import { fitting, isBusy, MOST_FILES, step, storedIds, type Step, type Upload } from "./uploads";

const stored = (id: string) => ({ id }) as Attachment;

function after(...steps: Step[]): readonly Upload[] {
  return steps.reduce<readonly Upload[]>(step, []);
}

const two: Step = {
  kind: "added",
  uploads: [
    { key: 1, name: "a.png", size: 3 },
    { key: 2, name: "b.png", size: 4 },
  ],
};

describe("uploads", () => {
  it("are busy until each is there or has failed", () => {
    expect(isBusy([])).toBe(false);
    expect(isBusy(after(two))).toBe(true);
    const one: Step = { kind: "stored", key: 2, attachment: stored("B") };
    expect(isBusy(after(two, one))).toBe(true);
    const failed: Step = { kind: "failed", key: 1, error: new Error("x") };
    expect(isBusy(after(two, one, failed))).toBe(false);
    expect(isBusy(after(two, one, failed, { kind: "again", key: 1 }))).toBe(true);
  });

  it("go in the order they were chosen, not in which they arrived", () => {
    const uploads = after(
      two,
      { kind: "stored", key: 2, attachment: stored("B") },
      { kind: "stored", key: 1, attachment: stored("A") },
    );
    expect(storedIds(uploads)).toEqual(["A", "B"]);
  });

  it("that were removed do not come back when they arrive after all", () => {
    const uploads = after(
      two,
      { kind: "removed", key: 1 },
      { kind: "sent", key: 1, sent: 0.5 },
      { kind: "stored", key: 1, attachment: stored("A") },
    );
    expect(uploads.map((upload) => upload.key)).toEqual([2]);
    expect(step(uploads, { kind: "cleared" })).toEqual([]);
  });

  it("are at most twenty", () => {
    const files = Array.from({ length: 25 }, (_, n) => n);
    expect(fitting(files, 0)).toEqual({ taken: files.slice(0, MOST_FILES), left: 5 });
    expect(fitting(files, 18)).toEqual({ taken: [0, 1], left: 23 });
    expect(fitting([1], 30)).toEqual({ taken: [], left: 1 });
  });
});
