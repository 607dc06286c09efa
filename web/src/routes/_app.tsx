import { createFileRoute, notFound, redirect } from "@tanstack/react-router";
import { isStatus } from "@/api/error";
import { meQuery } from "@/features/auth/api/session";
import { Shell } from "@/features/shell/components/shell";
import { isPermitted } from "@/features/shell/model/navigation";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => {
    try {
      const { permissions } = await context.queryClient.ensureQueryData(meQuery);
      // What somebody may not use is not there for them, as it is not in their rail.
      if (!isPermitted(location.pathname, permissions)) throw notFound();
    } catch (error) {
      if (isStatus(error, 401)) throw redirect({ to: "/entrar", search: { voltar: location.href } });
      throw error;
    }
  },
  component: Shell,
});
