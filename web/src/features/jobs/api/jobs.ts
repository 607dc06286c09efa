import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { body, client, type idempotencyKey, ifMatch } from "@/api/client";
import { ApiError } from "@/api/error";
import type { Job, JobKind, Page, Run, RunDetail, SchedulePreview } from "@/api/types";

const PAGE = 50;
/** Runs in a job's strip. */
export const STRIP = 30;

/** Every job, by key. */
export const jobsQuery = queryOptions({
  queryKey: ["jobs", "list"],
  queryFn: async ({ signal }): Promise<Job[]> => (await body(client.GET("/api/admin/jobs", { signal }))).items,
});

/** When a schedule would fire, and which of its times the clocks of its zone skip or show twice. */
export const previewQuery = ({ kind, schedule, timeZone }: { kind: JobKind; schedule: string; timeZone: string }) =>
  queryOptions({
    queryKey: ["jobs", "preview", kind, schedule, timeZone],
    queryFn: ({ signal }): Promise<SchedulePreview> => {
      const query = { kind, schedule, timeZone };
      return body(client.GET("/api/admin/schedule-preview", { params: { query }, signal }));
    },
    // A pattern that cannot be read is not read better the second time.
    retry: false,
  });

/** The newest runs of a job, as its strip shows them. */
export const stripQuery = (key: string) =>
  queryOptions({
    queryKey: ["runs", "list", key, "strip"],
    queryFn: async ({ signal }): Promise<Run[]> => {
      const params = { path: { name: key }, query: { pageSize: STRIP } };
      return (await body(client.GET("/api/admin/jobs/{name}/runs", { params, signal }))).items;
    },
  });

/** Runs of a job, newest first, a page after the other. */
export const runListQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", "list", key, "pages"],
    queryFn: ({ pageParam, signal }): Promise<Page<Run>> => {
      const params = { path: { name: key }, query: { pageSize: PAGE, pageToken: pageParam } };
      return body(client.GET("/api/admin/jobs/{name}/runs", { params, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
  });

/** A run with its log. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "item", id],
    queryFn: ({ signal }): Promise<RunDetail> =>
      body(client.GET("/api/admin/runs/{id}", { params: { path: { id } }, signal })),
  });

/** The job of that key among all; the API has no path of its own for one. */
export function jobOf(jobs: readonly Job[], key: string): Job {
  const job = jobs.find((each) => each.key === key);
  if (!job) throw new ApiError(404, { code: "schedule_not_found" });
  return job;
}

export interface JobChanges {
  enabled?: boolean;
  schedule?: string;
  timeZone?: string;
}

/** Changes when a job fires, on top of `version`; a stale one is refused with 412. */
export function useUpdateJob(key: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ version, changes }: { version: number; changes: JobChanges }): Promise<Job> =>
      body(client.PATCH("/api/admin/jobs/{name}", { params: { path: { name: key }, header: ifMatch(version) }, body: changes })),
    onSuccess: (job) => {
      queryClient.setQueryData(jobsQuery.queryKey, (jobs) => jobs?.map((each) => (each.key === key ? job : each)));
    },
    onError: () => queryClient.invalidateQueries(jobsQuery),
  });
}

/** Makes a run now, also while the job is paused. */
export function useRunJob(key: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (press: ReturnType<typeof idempotencyKey>): Promise<{ runId: string }> =>
      body(client.POST("/api/admin/jobs/{name}/run", { params: { path: { name: key }, header: press } })),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries(jobsQuery),
        queryClient.invalidateQueries({ queryKey: ["runs", "list", key] }),
      ]),
  });
}
