import { createFileRoute } from "@tanstack/react-router";
import { ExportsPage } from "@/features/exports/components/exports-page";

export const Route = createFileRoute("/_app/configuracoes/exportacoes")({ component: ExportsPage });
