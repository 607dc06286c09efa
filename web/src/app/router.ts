import { createRouter } from "@tanstack/react-router";
import { SkeletonPage } from "@/components/skeleton";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import { RouteError, RouteNotFound } from "./fallbacks";
import { queryClient } from "./query-client";
import { routeTree } from "./route-tree.gen";

export const router = createRouter({
  routeTree,
  context: { queryClient },
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: "intent",
  // The query cache decides what is fresh.
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: SkeletonPage,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: RouteNotFound,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
