import createClient, { type Middleware } from "openapi-fetch";
import { ApiError } from "./error";
import type { paths } from "./gen/schema";

const signedOut = new Set<() => void>();

/** Calls `listener` whenever an answer says that nobody is signed in any more. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** Tells that an answer, also one that came past `client`, was for nobody. */
export function tellSignedOut(): void {
  for (const listener of signedOut) listener();
}

let closed = false;

/** Asks the server nothing more until the page is loaded again: whoever is signed in now is not whose page this is. */
export function closeClient(): void {
  closed = true;
}

const refusals: Middleware = {
  onRequest() {
    if (closed) throw new ApiError(401, { code: "unauthenticated" });
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return;
    if (response.status === 401 && !schemaPath.startsWith("/api/auth/")) {
      tellSignedOut();
    }
    throw await ApiError.of(response);
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    return ApiError.unreachable();
  },
};

/** The API, typed by the generated schema. Refusals are thrown as `ApiError`. */
export const client = createClient<paths>({
  baseUrl: globalThis.location?.origin,
  // ?status=pending&status=paused: one key a value, as the server reads lists.
  querySerializer: { array: { style: "form", explode: true } },
});
client.use(refusals);

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
  // Not `randomUUID`: browsers keep it from pages that came over plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { "Idempotency-Key": Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}
