import { createFileRoute } from "@tanstack/react-router";
import { DevicePage } from "@/features/devices/components/device-page";
import { one } from "@/lib/search-params";

interface DeviceSearch {
  /** The hand-over lies open, as in an address to come back to. */
  passagem?: "aberta";
}

export const Route = createFileRoute("/_app/dispositivos/$id")({
  validateSearch: (search): DeviceSearch => (one(search.passagem) === "aberta" ? { passagem: "aberta" } : {}),
  component: DeviceById,
});

function DeviceById() {
  const { id } = Route.useParams();
  const { passagem } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <DevicePage
      key={id}
      id={id}
      handingOver={passagem !== undefined}
      onHandOver={(open) => void navigate({ search: open ? { passagem: "aberta" } : {}, replace: true })}
    />
  );
}
