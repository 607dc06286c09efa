import createClient, { type Middleware } from "openapi-fetch";
import { ApiError } from "./error";
import type { paths } from "./gen/schema";
import { Reach, type Service } from "./reach";

const signedOut = new Set<() => void>();

/** Calls `listener` whenever an answer says that nobody is signed in any more. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

let owner: string | undefined;

/** Whose page it is: what is asked from here on is refused to whoever signed in meanwhile in another tab. */
export function askAs(userId: string): void {
  owner = userId;
}

/** The header that says whose request it is; none before anybody is known. */
export function asOwner(): Record<string, string> {
  return owner === undefined ? {} : { "Expected-User": owner };
}

const anotherUser = new Set<() => void>();

/** Calls `listener` when an answer says that somebody else is signed in than the page is of. */
export function onAnotherUser(listener: () => void): () => void {
  anotherUser.add(listener);
  return () => anotherUser.delete(listener);
}

/** Tells what a refusal, also one that came past `client`, says of who is signed in. */
export function tellRefused(error: ApiError): void {
  const listeners = error.status === 401 ? signedOut : error.code === "another_user" ? anotherUser : [];
  for (const listener of listeners) listener();
}

let closed = false;

/** Asks the server nothing more until the page is loaded again: whoever is signed in now is not whose page this is. */
export function closeClient(): void {
  closed = true;
}

/** Asked to learn who is signed in, or to become somebody. */
const isForAnybody = (path: string) => path === "/api/me" || path.startsWith("/api/auth/");

const refusals: Middleware = {
  onRequest({ request, schemaPath }) {
    if (closed) throw new ApiError(401, { code: "unauthenticated" });
    if (isForAnybody(schemaPath)) return;
    for (const [name, value] of Object.entries(asOwner())) request.headers.set(name, value);
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) {
      reach.answered();
      return;
    }
    const error = await ApiError.of(response);
    reach.failed(error);
    if (!schemaPath.startsWith("/api/auth/")) tellRefused(error);
    throw error;
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    const unreachable = ApiError.unreachable();
    reach.failed(unreachable);
    return unreachable;
  },
};

/** The API, typed by the generated schema. Refusals are thrown as `ApiError`. */
export const client = createClient<paths>({
  baseUrl: globalThis.location?.origin,
  // ?status=pending&status=paused: one key a value, as the server reads lists.
  querySerializer: { array: { style: "form", explode: true } },
});
client.use(refusals);

/** What of each service is cheap to ask, and answered to everybody. */
const probes: Record<Service | "server", string> = {
  server: "/healthz",
  identity: "/api/me",
  ticket: "/api/queues",
  device: "/api/devices",
  scheduler: "/api/admin/jobs",
};

/** What of the product answers. */
export const reach = new Reach(async (what) => {
  try {
    const response = await fetch(probes[what], { signal: AbortSignal.timeout(5000) });
    return response.ok ? undefined : await ApiError.of(response);
  } catch {
    return ApiError.unreachable();
  }
});

/** The body of an answer that has one. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** `If-Match` for a resource read at `version`: the server refuses (412) what is based on an older one. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** A fresh key, so that a POST sent twice by a bad network is done once. */
export function idempotencyKey(): { "Idempotency-Key": string } {
  return { "Idempotency-Key": freshId() };
}

/** An id nobody has yet: a UUID without its hyphens. */
export function freshId(): string {
  // Not `randomUUID`: browsers keep it from pages that came over plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
