import { createFileRoute } from "@tanstack/react-router";
import { AccountsPage } from "@/features/service-accounts/components/accounts-page";

export const Route = createFileRoute("/_app/configuracoes/contas-de-servico/")({ component: AccountsPage });
