/** Most tags of a ticket. */
export const MOST_TAGS = 20;
/** Most characters of a tag. */
export const TAG_LENGTH = 50;

/** What tags are compared by: as the server does, without case and accents. */
export function tagKey(tag: string): string {
  return tag.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** The tags with what was typed, which may be several with commas between; those that are there stay as they are. */
export function addTags(tags: readonly string[], typed: string): string[] {
  const next = [...tags];
  for (const tag of typed.split(",").map((each) => each.trim().replace(/\s+/g, " "))) {
    const key = tagKey(tag);
    if (key !== "" && !next.some((each) => tagKey(each) === key)) next.push(tag);
  }
  return next.slice(0, Math.max(MOST_TAGS, tags.length));
}
