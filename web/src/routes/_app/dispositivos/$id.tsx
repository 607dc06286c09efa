import { createFileRoute } from "@tanstack/react-router";
import { DevicePage } from "@/features/devices/components/device-page";

export const Route = createFileRoute("/_app/dispositivos/$id")({ component: DeviceById });

function DeviceById() {
  const { id } = Route.useParams();
  return <DevicePage key={id} id={id} />;
}
