import { createFileRoute } from "@tanstack/react-router";
import { TicketPage } from "@/features/tickets/components/ticket-page";

export const Route = createFileRoute("/_app/chamados/$id")({ component: TicketById });

function TicketById() {
  return <TicketPage id={Route.useParams().id} />;
}
