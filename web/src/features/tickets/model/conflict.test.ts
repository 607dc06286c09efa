import { expect, it } from "vitest";
import type { TimelineEntry } from "@/api/types";
import { changesSince, isOwn } from "./conflict";

function entry(version: number, type: string, ...fields: string[]): TimelineEntry {
  return { version, type, id: `${type}-${version}`, changes: fields.map((field) => ({ field })) } as TimelineEntry;
}

it("tells what came after a version, oldest first, and no comments", () => {
  const timeline = [
    entry(4, "assigned", "assigneeId"),
    entry(1, "created", "subject"),
    entry(2, "updated", "subject"),
    entry(3, "commented"),
    entry(3, "started", "status"),
  ];
  expect(changesSince(timeline, 2).map(({ type }) => type)).toEqual(["started", "assigned"]);
  expect(changesSince(timeline, 4)).toEqual([]);
});

it("leaves out that somebody watches, which spoils no edit", () => {
  const timeline = [entry(2, "updated", "watcherIds"), entry(3, "updated", "subject", "watcherIds")];
  expect(changesSince(timeline, 1).map(({ version }) => version)).toEqual([3]);
});

it("takes what one did oneself for no conflict, unless it was to the same field", () => {
  const by = (id: string) => ({ ...entry(2, "updated", "subject"), actor: { kind: "user", id, name: id } }) as TimelineEntry;
  expect(isOwn([by("ana")], "ana", ["description"])).toBe(true);
  expect(isOwn([by("ana")], "ana", ["subject"])).toBe(false);
  expect(isOwn([by("ana"), by("bia")], "ana", [])).toBe(false);
  expect(isOwn([], "ana", ["subject"])).toBe(true);
});
