import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { LoadMore } from "@/components/data-list";
import { FormError } from "@/components/form-error";
import { RelativeTime } from "@/components/relative-time";
import { SearchField } from "@/components/search-field";
import { Section } from "@/components/section";
import { deviceSoftwareQuery } from "../api/software";

/** What is installed on the computer. Not there where nobody collects it and nothing was collected. */
export function SoftwareSection({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation("devices");
  const [query, setQuery] = useState("");
  const software = useInfiniteQuery(deviceSoftwareQuery(deviceId, query));
  const first = software.data?.pages[0];
  if (!first) return software.isError ? <FormError error={software.error} /> : null;
  if (!first.isCollected && !first.reportedAt) return null;
  const programs = software.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t("software.title")} aside={first.total > 0 && first.total}>
      {!first.reportedAt ? (
        <p className="text-sm text-ink-3">{t("software.waiting")}</p>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <SearchField label={t("software.search")} value={query} onChange={setQuery} className="flex-1" />
            <p className="text-xs text-ink-3">
              {t(first.isCollected ? "software.changed" : "software.ended")} <RelativeTime value={first.reportedAt} />
            </p>
          </div>
          {programs.length === 0 && (
            <p className="text-sm text-ink-3">{t(query ? "software.noneFound" : "software.none")}</p>
          )}
          {programs.length > 0 && (
            <ul className="divide-y divide-line border-y border-line">
              {programs.map((program) => (
                <li
                  key={program.name}
                  className="flex min-h-9 min-w-0 flex-wrap items-center gap-x-3 py-1 text-sm sm:grid sm:grid-cols-[minmax(0,1fr)_12rem_10rem]"
                  data-testid="program"
                >
                  <span className="min-w-0 flex-1 basis-40 wrap-anywhere">{program.name}</span>
                  <span className="hidden min-w-0 truncate text-xs text-ink-3 sm:block">{program.publisher}</span>
                  <span className="ml-auto text-right text-xs wrap-anywhere text-ink-2 tabular-nums">{program.version}</span>
                </li>
              ))}
            </ul>
          )}
          {software.hasNextPage && (
            <LoadMore
              shown={programs.length}
              total={first.total}
              hasMore
              busy={software.isFetchingNextPage}
              onMore={() => void software.fetchNextPage()}
            />
          )}
        </>
      )}
    </Section>
  );
}
