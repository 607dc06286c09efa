import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/error";

/** Refusals that asking again cannot change. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Live updates say when something has changed; the clock is for what they do not cover.
      staleTime: 60_000,
      retry: (failures, error) => failures < 2 && !isFinal(error),
      // The browser's "offline" is often wrong about a server on the same network.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
