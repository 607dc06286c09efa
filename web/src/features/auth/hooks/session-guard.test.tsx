import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { client, tellRefused } from "@/api/client";
import { ApiError } from "@/api/error";
import { meQuery } from "../api/session";
import { SessionGuard, useSession } from "./session-guard";

const me = (id: string) => ({ user: { id }, permissions: [], preferences: {} }) as never;
/** Before the client is made, which keeps the `fetch` it finds. */
const fetched = vi.hoisted(() => {
  const answer = '{"user":{"id":"ana"},"permissions":[],"preferences":{}}';
  return (globalThis.fetch = vi.fn(() => Promise.resolve(new Response(answer))));
});
let queryClient: QueryClient;

afterEach(cleanup);

beforeEach(() => {
  vi.spyOn(location, "replace").mockImplementation(() => {});
  queryClient = new QueryClient();
  queryClient.setQueryData(meQuery.queryKey, me("ana"));
});

/** A page that saves when it is left, as one with a draft does. */
function Page() {
  const { ended, signedIn } = useSession();
  useEffect(() => () => void client.GET("/api/setup").catch(() => undefined), []);
  return (
    <button type="button" onClick={() => signedIn({ id: "ana" } as never)}>
      {ended ? "ended" : "going on"}
    </button>
  );
}

async function show() {
  const guarded = () => (
    <SessionGuard>
      <Page />
    </SessionGuard>
  );
  const router = createRouter({ routeTree: createRootRoute({ component: guarded }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  await screen.findByText("going on");
}

it("asks as its owner", async () => {
  await show();
  fetched.mockClear();
  await client.GET("/api/queues");
  const [request] = fetched.mock.lastCall as unknown as [Request];
  expect(request.headers.get("expected-user")).toBe("ana");
  await client.GET("/api/me");
  const [me] = fetched.mock.lastCall as unknown as [Request];
  expect(me.headers.has("expected-user"), "it asks who is there").toBe(false);
});

it("keeps the page while the session is over, until its owner is back; to another it is gone, saving nothing", async () => {
  await show();
  act(() => tellRefused(new ApiError(401, {})));
  expect(screen.getByRole("button").textContent).toBe("ended");
  act(() => screen.getByRole("button").click());
  expect(screen.getByRole("button").textContent).toBe("going on");
  expect(location.replace).not.toHaveBeenCalled();

  await waitFor(() => expect(queryClient.isFetching()).toBe(0));
  expect(fetched, "everything is asked again").toHaveBeenCalled();
  fetched.mockClear();
  act(() => void queryClient.setQueryData(meQuery.queryKey, me("caio")));
  await waitFor(() => expect(screen.queryByRole("button")).toBeNull());
  expect(location.replace).toHaveBeenCalledWith("/");
  expect(fetched).not.toHaveBeenCalled();
});

it("is gone at once when an answer says that somebody else is signed in", async () => {
  await show();
  act(() => tellRefused(new ApiError(403, { code: "another_user" })));
  expect(location.replace).toHaveBeenCalledWith("/");
});
