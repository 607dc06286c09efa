import { createFileRoute, redirect } from "@tanstack/react-router";
import { meQuery, useInPortal } from "@/features/auth/api/session";
import { OwnTicketsPage } from "@/features/tickets/components/own-tickets-page";
import { TicketsPage } from "@/features/tickets/components/tickets-page";
import { filterFromSaved, filterFromSearch, isBare, type TicketFilter } from "@/features/tickets/model/filter";

export const Route = createFileRoute("/_app/chamados/")({
  validateSearch: filterFromSearch,
  beforeLoad: async ({ context, search }) => {
    if (!isBare(search)) return;
    const { preferences } = await context.queryClient.ensureQueryData(meQuery);
    const filter = filterFromSaved(preferences.defaultTicketFilter ?? {});
    if (!isBare(filter)) throw redirect({ to: "/chamados", search: filter, replace: true });
  },
  component: Tickets,
});

function Tickets() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  // A bare address opens the user's default; that all tickets are wanted is said by naming the order.
  const addressed = (next: TicketFilter): TicketFilter => (isBare(next) ? { sort: "newest" } : next);
  const show = (next: TicketFilter) => void navigate({ search: addressed(next), replace: true });
  const inPortal = useInPortal();
  return inPortal ? <OwnTicketsPage filter={filter} onFilter={show} /> : <TicketsPage filter={filter} onFilter={show} />;
}
