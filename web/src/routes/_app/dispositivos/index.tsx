import { createFileRoute } from "@tanstack/react-router";
import { DevicesPage } from "@/features/devices/components/devices-page";
import { filterFromSearch } from "@/features/devices/model/filter";

export const Route = createFileRoute("/_app/dispositivos/")({
  validateSearch: filterFromSearch,
  component: Devices,
});

function Devices() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  return <DevicesPage filter={filter} onFilter={(search) => void navigate({ search, replace: true })} />;
}
