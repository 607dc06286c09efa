import { createFileRoute } from "@tanstack/react-router";
import { AccountPage } from "@/features/service-accounts/components/account-page";

export const Route = createFileRoute("/_app/configuracoes/contas-de-servico/$id")({ component: AccountById });

function AccountById() {
  const { id } = Route.useParams();
  return <AccountPage key={id} id={id} />;
}
