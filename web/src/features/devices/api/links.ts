import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey } from "@/api/client";
import type { Device } from "@/api/types";
import { deviceQuery } from "./devices";

/** Suggestions enough to choose from; whoever is not among them is found by typing on. */
const SUGGESTIONS = 8;

/** E-mail addresses of people who match what is typed, with their names. */
export const addressesQuery = (q: string) =>
  queryOptions({
    queryKey: ["users", "list", "addresses", q],
    queryFn: async ({ signal }): Promise<{ email: string; name: string }[]> => {
      const query = { kind: "person" as const, q, pageSize: SUGGESTIONS };
      const { items } = await body(client.GET("/api/admin/users", { params: { query }, signal }));
      return items.flatMap(({ email, name, active }) => (email && active ? [{ email, name }] : []));
    },
    enabled: q.length >= 2,
  });

/** Asks again for what shows a link: devices, and people with theirs. */
async function askAgain(queryClient: QueryClient): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["devices"] }),
    queryClient.invalidateQueries({ queryKey: ["users", "item"] }),
  ]);
}

/** Ties the person with this e-mail to the device. */
export function useLinkPerson(deviceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    // The key is the form's: pressing again after a lost answer links nobody twice.
    mutationFn: ({ email, key }: { email: string; key: ReturnType<typeof idempotencyKey> }): Promise<Device> =>
      body(client.POST("/api/admin/devices/links", { params: { header: key }, body: { machineId: deviceId, email } })),
    onSuccess: (device) => {
      queryClient.setQueryData(deviceQuery(deviceId).queryKey, device);
      return askAgain(queryClient);
    },
  });
}

export function useUnlinkPerson(deviceId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (userId: string) =>
      client.DELETE("/api/admin/devices/links", { params: { query: { machineId: deviceId, userId } } }),
    onSuccess: () => askAgain(queryClient),
  });
}
