import { createFileRoute, notFound, redirect } from "@tanstack/react-router";
import { isStatus } from "@/api/error";
import { isPortal, meQuery } from "@/features/auth/api/session";
import { Shell } from "@/features/shell/components/shell";
import { isPermitted } from "@/features/shell/model/navigation";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => {
    try {
      const { permissions } = await context.queryClient.ensureQueryData(meQuery);
      // The places of those who help are not there in the portal. Among them, a page tells who may not use it.
      if (isPortal(permissions) && !isPermitted(location.pathname, permissions)) throw notFound();
    } catch (error) {
      if (isStatus(error, 401)) throw redirect({ to: "/entrar", search: { voltar: location.href } });
      throw error;
    }
  },
  component: Shell,
});
