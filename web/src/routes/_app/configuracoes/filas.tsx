import { createFileRoute } from "@tanstack/react-router";
import { ListPage } from "@/features/desk-lists/components/list-page";

export const Route = createFileRoute("/_app/configuracoes/filas")({ component: Queues });

function Queues() {
  return <ListPage key="queues" kind="queues" />;
}
