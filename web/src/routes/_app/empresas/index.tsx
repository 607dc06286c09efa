import { createFileRoute } from "@tanstack/react-router";
import { CompaniesPage } from "@/features/companies/components/companies-page";
import { filterFromSearch } from "@/features/companies/model/filter";

export const Route = createFileRoute("/_app/empresas/")({
  validateSearch: filterFromSearch,
  component: Companies,
});

function Companies() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  return <CompaniesPage filter={filter} onFilter={(search) => void navigate({ search, replace: true })} />;
}
