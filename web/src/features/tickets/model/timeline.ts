import type { Change, Comment, TimelineEntry } from "@/api/types";

/** One thing in a ticket's story: something said, or something done. */
export type Moment =
  | { kind: "comment"; at: string; id: string; comment: Comment }
  | { kind: "entry"; at: string; id: string; entry: TimelineEntry };

/**
 * The conversation and the changes as one story, oldest first. An entry that only says that a comment
 * was made is left out: the comment says it better.
 */
export function tellStory(comments: readonly Comment[], entries: readonly TimelineEntry[]): Moment[] {
  const moments: Moment[] = [
    ...entries
      .filter((entry) => entry.type !== "commented")
      .map((entry): Moment => ({ kind: "entry", at: entry.occurredAt, id: entry.id, entry })),
    ...comments.map((comment): Moment => ({ kind: "comment", at: comment.createdAt, id: comment.id, comment })),
  ];
  // A closing message and the closing have one time: ids grow with time and break the tie.
  return moments.toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}

const fields = [
  "subject",
  "description",
  "status",
  "priority",
  "queue",
  "assignee",
  "requester",
  "company",
  "device",
  "category",
  "tags",
  "watchers",
  "pauseReason",
] as const;
export type ChangedField = (typeof fields)[number];

/** The fact a change is of: `queueId` is of the queue, `watcherIds` of the watchers. Unknown ones are undefined. */
export function fieldOf(change: Change): ChangedField | undefined {
  const name = change.field.replace(/Ids$/, "s").replace(/Id$/, "");
  return fields.find((field) => field === name);
}

/** The changes of an entry worth a line of their own: what its type says already is not repeated. */
export function toldChanges(entry: TimelineEntry): (Change & { name: ChangedField })[] {
  if (entry.type === "created") return [];
  return entry.changes.flatMap((change) => {
    const name = fieldOf(change);
    if (!name || name === "status" || name === "pauseReason") return [];
    return [{ ...change, name }];
  });
}

/** What happened that whoever asked wants to know of; how support sorts its work is not among it. */
const told = new Set(["created", "started", "paused", "resolved", "reopened", "assigned", "chat_started", "chat_ended"]);

/** The entries of a ticket in the portal: without the notes with which staff pause. */
export function portalEntries(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return entries
    .filter((entry) => told.has(entry.type))
    .map((entry) => (entry.type === "paused" ? { ...entry, note: "" } : entry));
}
