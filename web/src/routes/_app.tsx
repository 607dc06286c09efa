import { createFileRoute, redirect } from "@tanstack/react-router";
import { isStatus } from "@/api/error";
import { meQuery } from "@/features/auth/api/session";
import { Shell } from "@/features/shell/components/shell";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (isStatus(error, 401)) throw redirect({ to: "/entrar", search: { voltar: location.href } });
      throw error;
    }
  },
  component: Shell,
});
