import { createFileRoute } from "@tanstack/react-router";
import { DashboardPage } from "@/features/dashboard/components/dashboard-page";
import { DEFAULT_PERIOD, periodFromSearch } from "@/features/dashboard/model/dashboard";

export const Route = createFileRoute("/_app/painel")({
  validateSearch: periodFromSearch,
  component: Dashboard,
});

function Dashboard() {
  const { days } = Route.useSearch();
  return <DashboardPage days={days ?? DEFAULT_PERIOD} />;
}
