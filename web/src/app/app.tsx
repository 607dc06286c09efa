import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { onSignedOut } from "@/api/client";
import { Toasts } from "@/components/toasts";
import { TooltipProvider } from "@/components/tooltip";
import { queryClient } from "./query-client";
import { router } from "./router";

export function App() {
  useEffect(() => onSignedOut(leave), []);
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={400}>
        <RouterProvider router={router} />
        <Toasts />
      </TooltipProvider>
    </QueryClientProvider>
  );
}

/** Pages one need not be signed in for. */
const publicPages = new Set(["/entrar", "/setup", "/convite", "/redefinir-senha"]);

/** The session ended under the page: sign in again, and come back to where one was. */
function leave(): void {
  const { pathname, href } = router.state.location;
  if (publicPages.has(pathname)) return;
  void router.navigate({ to: "/entrar", search: { voltar: href }, replace: true }).then(() => queryClient.clear());
}
