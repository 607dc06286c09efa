/** The lists tickets are sorted by. */
export type ListKind = "queues" | "categories";

/** A queue or a category. */
export interface ListRecord {
  id: string;
  name: string;
  archived: boolean;
  version: number;
  /** Of queues: where tickets go when none is named. */
  isDefault?: boolean;
}

/** As they are shown: those in use in the order of the server, then those that are archived. */
export function inOrder<T extends Pick<ListRecord, "archived">>(records: readonly T[]): T[] {
  return records.toSorted((a, b) => Number(a.archived) - Number(b.archived));
}

/** Where the tickets of a queue may go when it is deleted. */
export function takers<T extends Pick<ListRecord, "id" | "archived">>(records: readonly T[], gone: string): T[] {
  return records.filter((record) => !record.archived && record.id !== gone);
}
