import { createFileRoute } from "@tanstack/react-router";
import { InvitesPage } from "@/features/users/components/invites-page";
import { inviteFilterFromSearch } from "@/features/users/model/invite-filter";

export const Route = createFileRoute("/_app/usuarios/convites")({
  validateSearch: inviteFilterFromSearch,
  component: Invites,
});

function Invites() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  return <InvitesPage filter={filter} onFilter={(search) => void navigate({ search, replace: true })} />;
}
