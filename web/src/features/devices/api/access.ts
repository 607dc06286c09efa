import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey } from "@/api/client";
import type { Device, DeviceToken, Page, Persona, PresenceHistory } from "@/api/types";
import { deviceQuery } from "./devices";

export interface Access {
  email: string;
  persona: Persona;
}

/** Says whose the device is and as what they use it. */
export function useAdjustAccess(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    // The key is the form's: pressing again after a lost answer changes nothing twice.
    mutationFn: ({ access, key }: { access: Access; key: ReturnType<typeof idempotencyKey> }): Promise<Device> =>
      body(client.PUT("/api/admin/devices/{id}/access", { params: { path: { id }, header: key }, body: access })),
    onSuccess: (device) => {
      queryClient.setQueryData(deviceQuery(id).queryKey, device);
      return Promise.all([
        queryClient.invalidateQueries({ queryKey: ["devices"] }),
        // Somebody may have become a user by it.
        queryClient.invalidateQueries({ queryKey: ["users"] }),
      ]);
    },
  });
}

/** The tokens a device has and had, newest first. */
export const deviceTokensQuery = (id: string) =>
  queryOptions({
    queryKey: ["devices", "item", id, "tokens"],
    queryFn: ({ signal }): Promise<Page<DeviceToken>> =>
      body(client.GET("/api/admin/devices/{id}/tokens", { params: { path: { id } }, signal })),
  });

/** When a device was alive in the last `days`, as of now. */
export const presenceHistoryQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ["devices", "item", id, "presence-history", days],
    queryFn: ({ signal }): Promise<PresenceHistory> => {
      const from = new Date(Date.now() - days * 86_400_000).toISOString();
      return body(
        client.GET("/api/admin/devices/{id}/presence-history", { params: { path: { id }, query: { from } }, signal }),
      );
    },
  });
