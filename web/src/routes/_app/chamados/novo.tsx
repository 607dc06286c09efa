import { createFileRoute } from "@tanstack/react-router";
import { NewTicketPage } from "@/features/tickets/components/new-ticket-page";
import { one } from "@/lib/search-params";

interface NewTicketSearch {
  requesterId?: string;
  companyId?: string;
  deviceId?: string;
}

export const Route = createFileRoute("/_app/chamados/novo")({
  validateSearch: (search): NewTicketSearch => ({
    requesterId: one(search.requesterId),
    companyId: one(search.companyId),
    deviceId: one(search.deviceId),
  }),
  component: NewTicket,
});

function NewTicket() {
  const { requesterId = null, companyId = null, deviceId = null } = Route.useSearch();
  return <NewTicketPage initial={{ requesterId, companyId, deviceId }} />;
}
