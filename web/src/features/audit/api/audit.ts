import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { body, client } from "@/api/client";
import type { AuditEntry, Page } from "@/api/types";
import { type AuditFilter, filterToQuery } from "../model/filter";

const PAGE = 50;

/** Entries that match, the newest first, a page after the other. */
export const auditListQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", "list", filter],
    queryFn: ({ pageParam, signal }): Promise<Page<AuditEntry>> => {
      const query = { ...filterToQuery(filter), pageSize: PAGE, pageToken: pageParam };
      return body(client.GET("/api/admin/audit-log", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken ?? undefined,
    placeholderData: keepPreviousData,
    // No signal tells of new entries: whoever comes to the log wants it as it is.
    staleTime: 0,
  });
