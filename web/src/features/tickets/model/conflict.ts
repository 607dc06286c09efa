import type { TimelineEntry } from "@/api/types";

/**
 * What was done to a ticket after it had `version`, oldest first, as far as it can conflict with an edit. A
 * comment is no change of the ticket; who watches changes with every mention, and spoils nobody's edit.
 */
export function changesSince(timeline: readonly TimelineEntry[], version: number): TimelineEntry[] {
  return timeline
    .filter((entry) => entry.version > version && entry.type !== "commented" && !isOfWatchers(entry))
    .toSorted((a, b) => a.version - b.version);
}

/**
 * Whether somebody may save `fields` on top of what was done since: it was all their own, in another window
 * perhaps, and none of it was to what they save now.
 */
export function isOwn(since: readonly TimelineEntry[], userId: string, fields: readonly string[]): boolean {
  return since.every(
    ({ actor, changes }) => actor.id === userId && changes.every(({ field }) => !fields.includes(field)),
  );
}

function isOfWatchers({ changes }: TimelineEntry): boolean {
  return changes.length > 0 && changes.every(({ field }) => field === "watcherIds");
}
