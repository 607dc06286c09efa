import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import type { DeviceSoftware } from "@/api/types";

/** Programs loaded at once. */
const PROGRAMS = 25;

/** What is installed on a device and has `q` in its name, by name. */
export const deviceSoftwareQuery = (id: string, q: string) =>
  infiniteQueryOptions({
    queryKey: ["devices", "item", id, "software", q],
    queryFn: ({ pageParam, signal }): Promise<DeviceSoftware> => {
      const query = { q: q || undefined, pageSize: PROGRAMS, pageToken: pageParam };
      return body(client.GET("/api/admin/devices/{id}/software", { params: { path: { id }, query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
    // What was found stays until the next is there.
    placeholderData: keepPreviousData,
  });
