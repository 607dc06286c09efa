import { useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey } from "@/api/client";
import type { Device, UsbPolicy } from "@/api/types";
import { deviceQuery } from "./devices";

/** Sets what the device lets be done with USB storage. */
export function useSetUsbPolicy(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    // The key is the asking's: pressing again after a lost answer sets nothing twice.
    mutationFn: ({ policy, key }: { policy: UsbPolicy; key: ReturnType<typeof idempotencyKey> }): Promise<Device> =>
      body(client.PUT("/api/admin/devices/{id}/usb-policy", { params: { path: { id }, header: key }, body: { policy } })),
    onSuccess: (device) => {
      queryClient.setQueryData(deviceQuery(id).queryKey, device);
      return queryClient.invalidateQueries({ queryKey: ["devices"] });
    },
  });
}
