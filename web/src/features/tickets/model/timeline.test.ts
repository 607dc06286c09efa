import { describe, expect, it } from "vitest";
import type { Change, Comment, TimelineEntry } from "@/api/types";
import { fieldOf, portalEntries, tellStory, toldChanges } from "./timeline";

const actor = { kind: "user", id: "u", name: "Marina" } as const;
const entry = (id: string, type: string, occurredAt: string, changes: Change[] = []): TimelineEntry => ({
  id,
  type,
  actor,
  occurredAt,
  version: 1,
  changes,
  note: "",
  commentId: null, chatId: null,
});
const comment = (id: string, createdAt: string): Comment => ({
  id,
  ticketId: "t",
  author: actor,
  visibility: "public",
  mentionedUserIds: [],
  body: "<p>Oi</p>",
  attachments: [],
  createdAt,
});
const change = (field: string): Change => ({ field, oldValue: "a", newValue: "b", oldLabel: null, newLabel: null });

describe("the story of a ticket", () => {
  it("is told in the order of time, comments once", () => {
    const story = tellStory(
      [comment("3", "2026-11-23T12:02:00Z")],
      [
        entry("1", "created", "2026-11-23T12:00:00Z"),
        entry("2", "commented", "2026-11-23T12:02:00Z"),
        entry("4", "resolved", "2026-11-23T12:02:00Z"),
      ],
    );
    expect(story.map((moment) => moment.id)).toEqual(["1", "3", "4"]);
  });

  it("knows which fact a change is of", () => {
    expect(fieldOf(change("queueId"))).toBe("queue");
    expect(fieldOf(change("pauseReason"))).toBe("pauseReason");
    expect(fieldOf(change("somethingNew"))).toBeUndefined();
  });

  it("does not repeat what the entry's type says", () => {
    const paused = entry("1", "paused", "2026-11-23T12:00:00Z", [change("status"), change("pauseReason"), change("priority")]);
    expect(toldChanges(paused).map((each) => each.name)).toEqual(["priority"]);
    expect(toldChanges(entry("1", "created", "2026-11-23T12:00:00Z", [change("subject")]))).toEqual([]);
  });

  it("leaves out of the portal how support sorts its work, and what it notes when it pauses", () => {
    const at = "2026-11-23T12:00:00Z";
    const entries = [entry("1", "created", at), entry("2", "updated", at), { ...entry("3", "paused", at), note: "Liga depois" }];
    const told = portalEntries(entries);
    expect(told.map(({ id, note }) => [id, note])).toEqual([["1", ""], ["3", ""]]);
  });
});
