import { useInfiniteQuery } from "@tanstack/react-query";
import type { Device } from "@/api/types";
import { ownDevicesQuery } from "@/features/devices/api/devices";

/** The computers somebody may ask about in the portal: theirs. */
export function useOwnDevices(enabled: boolean): Device[] {
  return useInfiniteQuery({ ...ownDevicesQuery, enabled }).data?.pages.flatMap((page) => page.items) ?? [];
}
