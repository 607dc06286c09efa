import { createFileRoute } from "@tanstack/react-router";
import { UsersPage } from "@/features/users/components/users-page";
import { filterFromSearch } from "@/features/users/model/filter";

export const Route = createFileRoute("/_app/usuarios/")({
  validateSearch: filterFromSearch,
  component: Users,
});

function Users() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  return <UsersPage filter={filter} onFilter={(search) => void navigate({ search, replace: true })} />;
}
