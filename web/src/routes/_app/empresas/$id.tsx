import { createFileRoute } from "@tanstack/react-router";
import { CompanyPage } from "@/features/companies/components/company-page";

export const Route = createFileRoute("/_app/empresas/$id")({ component: CompanyById });

function CompanyById() {
  const { id } = Route.useParams();
  return <CompanyPage key={id} id={id} />;
}
