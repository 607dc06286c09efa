import { createFileRoute } from "@tanstack/react-router";
import { SetupPage } from "@/features/auth/components/setup-page";
import { one } from "@/lib/search-params";

export const Route = createFileRoute("/setup")({
  validateSearch: (search): { token?: string } => ({ token: one(search.token) }),
  component: Setup,
});

function Setup() {
  return <SetupPage token={Route.useSearch().token} />;
}
