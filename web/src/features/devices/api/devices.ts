import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { body, client, idempotencyKey, ifMatch } from "@/api/client";
import type { Device, DeviceTimelineEntry, Incident, Page, Ticket } from "@/api/types";
import { type DeviceFilter, filterToQuery } from "../model/filter";

const PAGE = 50;
/** Tickets shown on the device's own page; the rest is behind their number. */
const TICKETS = 5;
const ENTRIES = 20;

/** Devices that match, by name, a page after the other. */
export const deviceListQuery = (filter: DeviceFilter) =>
  infiniteQueryOptions({
    queryKey: ["devices", "list", "pages", filter],
    queryFn: ({ pageParam, signal }): Promise<Page<Device>> => {
      const query = { ...filterToQuery(filter), pageSize: PAGE, pageToken: pageParam };
      return body(client.GET("/api/admin/devices", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
    placeholderData: keepPreviousData,
  });

/** The computers of whoever asks. */
export const ownDevicesQuery = infiniteQueryOptions({
  queryKey: ["devices", "list", "pages", "own"],
  queryFn: ({ pageParam, signal }): Promise<Page<Device>> => {
    const query = { pageSize: PAGE, pageToken: pageParam };
    return body(client.GET("/api/devices", { params: { query }, signal }));
  },
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last) => last.nextPageToken ?? undefined,
});

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ["devices", "item", id],
    queryFn: ({ signal }): Promise<Device> =>
      body(client.GET("/api/admin/devices/{id}", { params: { path: { id } }, signal })),
  });

/** What happened to a device, newest first. */
export const deviceTimelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["devices", "item", id, "timeline"],
    queryFn: ({ pageParam, signal }): Promise<Page<DeviceTimelineEntry>> => {
      const query = { pageSize: ENTRIES, pageToken: pageParam };
      return body(client.GET("/api/admin/devices/{id}/timeline", { params: { path: { id }, query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
  });

/** What looked like our own fault rather than the computers'. Staff only. Signals of presence touch it. */
export const incidentsQuery = queryOptions({
  queryKey: ["devices", "list", "incidents"],
  queryFn: ({ signal }): Promise<{ items: Incident[] }> => body(client.GET("/api/admin/incidents", { signal })),
  // Nothing tells that an incident was resolved: time does that.
  refetchInterval: 60_000,
});

/** The newest tickets of a device, and how many there are. */
export const deviceTicketsQuery = (deviceId: string) =>
  queryOptions({
    queryKey: ["tickets", "list", "device", deviceId],
    queryFn: ({ signal }): Promise<Page<Ticket>> => {
      const query = { deviceId: [deviceId], pageSize: TICKETS };
      return body(client.GET("/api/tickets", { params: { query }, signal }));
    },
  });

/** A device as some list on the way here showed it, so that its page does not start empty. */
export function listedDevice(queryClient: QueryClient, id: string): Device | undefined {
  const lists = queryClient.getQueriesData<{ pages?: Page<Device>[] }>({ queryKey: ["devices", "list", "pages"] });
  for (const [, list] of lists) {
    const found = list?.pages?.flatMap((page) => page.items).find((each) => each.id === id);
    if (found) return found;
  }
  return undefined;
}

/** What staff say of a device. */
export interface DeviceTexts {
  displayName: string;
  notes: string;
}

/** Changes what staff say of a device, on top of `version`; a stale one is refused with 412. */
export function useUpdateDevice(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ version, changes }: { version: number; changes: Partial<DeviceTexts> }): Promise<Device> =>
      body(client.PATCH("/api/admin/devices/{id}", { params: { path: { id }, header: ifMatch(version) }, body: changes })),
    onSuccess: (device) => {
      queryClient.setQueryData(deviceQuery(id).queryKey, device);
      void queryClient.invalidateQueries({ queryKey: deviceTimelineQuery(id).queryKey });
      void queryClient.invalidateQueries({ queryKey: ["devices", "list"] });
    },
  });
}

/** Revokes every token of the device and cuts its stream. */
export function useResetAgent(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (key: ReturnType<typeof idempotencyKey>): Promise<{ revokedTokens: number }> =>
      body(client.POST("/api/admin/devices/{id}/reset-agent", { params: { path: { id }, header: key } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["devices"] }),
  });
}
