import { createFileRoute } from "@tanstack/react-router";
import { TicketsPage } from "@/features/tickets/components/tickets-page";
import { filterFromSearch } from "@/features/tickets/model/filter";

export const Route = createFileRoute("/_app/chamados/")({
  validateSearch: filterFromSearch,
  component: Tickets,
});

function Tickets() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  return <TicketsPage filter={filter} onFilter={(search) => void navigate({ search, replace: true })} />;
}
