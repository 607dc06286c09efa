import type { Query, QueryClient } from "@tanstack/react-query";

/** What the server says has changed; `ids` may be empty, meaning any of them. */
export interface Signal {
  topic: string;
  ids: string[];
}

/** Roots of query keys. A key is `[root, "list", …]` or `[root, "item", id, …]`. */
export type Root =
  | "me"
  | "tickets"
  | "drafts"
  | "queues"
  | "categories"
  | "devices"
  | "companies"
  | "users"
  | "invites"
  | "jobs"
  | "runs"
  | "exports"
  | "service-accounts"
  | "audit";

/** Whose things a topic's ids are, and which other answers show something of them. */
const topics: Record<string, { own: Root; shownIn: Root[]; parts?: string[] }> = {
  "ticket.changed": { own: "tickets", shownIn: [] },
  // These happen often and touch a part of a ticket's page alone: keys `["tickets", "item", id, part]`.
  "ticket.chat": { own: "tickets", shownIn: [], parts: ["chat", "chats"] },
  "ticket.activity": { own: "tickets", shownIn: [], parts: ["activity"] },
  "device.presence": { own: "devices", shownIn: ["tickets"] },
  "device.changed": { own: "devices", shownIn: ["tickets"] },
  "company.changed": { own: "companies", shownIn: [] },
  // Who accepts an invite becomes a user.
  "user.changed": { own: "users", shownIn: ["me", "invites"] },
  "job.changed": { own: "jobs", shownIn: ["runs", "exports"] },
};

/** Whether what `query` holds may be out of date after `signal`. Topics we do not know touch nothing. */
export function isTouched(query: Pick<Query, "queryKey" | "state">, signal: Signal): boolean {
  const topic = topics[signal.topic];
  if (!topic) return false;
  const [root, kind, id, part] = query.queryKey;
  if (topic.shownIn.includes(root as Root)) return true;
  if (root !== topic.own) return false;
  if (topic.parts && !topic.parts.includes(part as string)) return false;
  if (kind !== "item" || signal.ids.length === 0) return true;
  // A ticket may have been asked for by its number; its answer knows the id.
  const answer = query.state.data as { id?: string } | undefined;
  return [id, answer?.id].some((each) => typeof each === "string" && signal.ids.includes(each)) || root === "jobs";
}

/**
 * Refetches what is on the page, and marks the rest stale, for signals that came together. A list that is being fetched
 * comes first and is asked for again then: where much happens, one of many pages would otherwise begin anew each time,
 * and never be fresh.
 */
export async function applySignals(queryClient: QueryClient, signals: readonly Signal[]): Promise<void> {
  const touched = (query: Query) => signals.some((signal) => isTouched(query, signal));
  const isUnderway = ({ queryKey, state }: Query) => queryKey[1] === "list" && state.fetchStatus === "fetching";
  const underway = queryClient.getQueryCache().findAll({ predicate: (query) => touched(query) && isUnderway(query) });
  for (const query of underway) void refetchAfter(queryClient, query);
  await queryClient.invalidateQueries({ predicate: (query) => touched(query) && !underway.includes(query) });
}

const awaited = new WeakSet<Query>();

async function refetchAfter(queryClient: QueryClient, query: Query): Promise<void> {
  if (awaited.has(query)) return;
  awaited.add(query);
  await query.promise?.catch(() => undefined);
  awaited.delete(query);
  await queryClient.invalidateQueries({ predicate: (each) => each === query });
}
