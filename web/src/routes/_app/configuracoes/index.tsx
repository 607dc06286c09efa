import { createFileRoute, redirect } from "@tanstack/react-router";
import { ApiError } from "@/api/error";
import { ErrorState } from "@/components/error-state";
import { meQuery } from "@/features/auth/api/session";
import { permittedSections } from "@/features/settings/model/sections";

export const Route = createFileRoute("/_app/configuracoes/")({
  beforeLoad: async ({ context }) => {
    const { permissions } = await context.queryClient.ensureQueryData(meQuery);
    const [first] = permittedSections(permissions);
    if (first) throw redirect({ to: first.to, replace: true });
  },
  component: NoSettings,
});

/** For whoever came by address and may change none of the settings. */
function NoSettings() {
  return <ErrorState error={new ApiError(403, {})} />;
}
