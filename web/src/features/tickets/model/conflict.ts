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

function isOfWatchers({ changes }: TimelineEntry): boolean {
  return changes.length > 0 && changes.every(({ field }) => field === "watcherIds");
}
