import type { Device } from "@/api/types";
import { DeviceCard } from "./device-card";

/** Devices beside each other, as many as fit. */
export function DeviceCards({ label, devices }: { label: string; devices: readonly Device[] }) {
  return (
    <ul
      aria-label={label}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,16rem),1fr))] gap-3 p-4 md:p-5"
    >
      {devices.map((device) => (
        <DeviceCard key={device.id} device={device} />
      ))}
    </ul>
  );
}
