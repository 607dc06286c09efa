import { createFileRoute } from "@tanstack/react-router";
import { AuditPage } from "@/features/audit/components/audit-page";
import { filterFromSearch } from "@/features/audit/model/filter";

export const Route = createFileRoute("/_app/configuracoes/auditoria")({
  validateSearch: filterFromSearch,
  component: Audit,
});

function Audit() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  return <AuditPage filter={filter} onFilter={(search) => void navigate({ search, replace: true })} />;
}
