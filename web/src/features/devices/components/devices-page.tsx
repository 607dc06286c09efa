import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { useRowKeys } from "@/lib/row-keys";
import { deviceListQuery } from "../api/devices";
import { csvAddress, type DeviceFilter } from "../model/filter";
import { DeviceCards } from "./device-cards";
import { DeviceFilters } from "./device-filters";
import { DeviceRow } from "./device-row";
import { IncidentNotice } from "./incident-notice";
import { NoDevices } from "./no-devices";
import { useView, ViewChoice } from "./view-choice";

interface DevicesPageProps {
  filter: DeviceFilter;
  onFilter: (filter: DeviceFilter) => void;
}

/** Every computer the user may see, filtered by the address; presence changes as it happens. */
export function DevicesPage({ filter, onFilter }: DevicesPageProps) {
  const { t } = useTranslation("devices");
  const list = useInfiniteQuery(deviceListQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const search = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(body, search);
  const [view, setView] = useView();
  useTitle(t("list.title"));

  return (
    <>
      <PageHeader
        title={t("list.title")}
        aside={total > 0 ? t("list.total", { count: total }) : undefined}
        actions={
          <>
            {total > 0 && (
              <Button asChild size="sm">
                <a href={csvAddress(filter)} download aria-label={t("list.download")}>
                  <Download aria-hidden />
                  <span className="max-sm:sr-only">{t("list.csv")}</span>
                </a>
              </Button>
            )}
            <ViewChoice view={view} onView={setView} />
          </>
        }
      />
      <DeviceFilters filter={filter} onFilter={onFilter} searchRef={search} />
      <PageBody>
        <IncidentNotice />
        <div ref={body} aria-busy={list.isPlaceholderData || undefined}>
          {list.isPending && <SkeletonRows rows={12} />}
          {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {list.isSuccess && rows.length === 0 && <NoDevices filter={filter} onClear={() => onFilter({})} />}
          {rows.length > 0 && (
            <>
              {view === "cards" ? (
                <DeviceCards label={t("list.title")} devices={rows} />
              ) : (
                <DataList label={t("list.title")}>
                  {rows.map((device) => (
                    <DeviceRow key={device.id} device={device} />
                  ))}
                </DataList>
              )}
              <LoadMore
                shown={rows.length}
                total={total}
                hasMore={list.hasNextPage}
                busy={list.isFetchingNextPage}
                onMore={() => void list.fetchNextPage()}
              />
            </>
          )}
        </div>
      </PageBody>
    </>
  );
}
