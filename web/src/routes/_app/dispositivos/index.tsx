import { createFileRoute } from "@tanstack/react-router";
import { useInPortal } from "@/features/auth/api/session";
import { DevicesPage } from "@/features/devices/components/devices-page";
import { OwnDevicesPage } from "@/features/devices/components/own-devices-page";
import { filterFromSearch } from "@/features/devices/model/filter";

export const Route = createFileRoute("/_app/dispositivos/")({
  validateSearch: filterFromSearch,
  component: Devices,
});

function Devices() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  const inPortal = useInPortal();
  if (inPortal) return <OwnDevicesPage />;
  return <DevicesPage filter={filter} onFilter={(search) => void navigate({ search, replace: true })} />;
}
