import type { Page } from "./types";

/** The most the API gives at once. */
export const LARGEST_PAGE = 100;

/** Every page of a list that is short by nature, as one list. */
export async function allPages<T>(
  load: (page: { pageToken?: string; pageSize: number }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const page = await load({ pageToken, pageSize: LARGEST_PAGE });
    items.push(...page.items);
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken);
  return items;
}
