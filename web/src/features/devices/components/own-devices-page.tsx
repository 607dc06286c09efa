import { useInfiniteQuery } from "@tanstack/react-query";
import { Monitor } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { ownDevicesQuery } from "../api/devices";
import { DeviceCards } from "./device-cards";

/** The computers of whoever looks: few, so all in sight and without filters. */
export function OwnDevicesPage() {
  const { t } = useTranslation("devices");
  const list = useInfiniteQuery(ownDevicesQuery);
  const devices = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  useTitle(t("own.title"));
  return (
    <>
      <PageHeader title={t("own.title")} aside={total > 0 ? t("list.total", { count: total }) : undefined} />
      <PageBody>
        {list.isPending && <SkeletonRows rows={3} />}
        {list.isError && devices.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
        {list.isSuccess && devices.length === 0 && (
          <EmptyState icon={Monitor} title={t("list.empty.title")} description={t("list.empty.forOthers")} />
        )}
        {devices.length > 0 && <DeviceCards label={t("own.title")} devices={devices} />}
        {list.hasNextPage && (
          <LoadMore
            shown={devices.length}
            total={total}
            hasMore
            busy={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />
        )}
      </PageBody>
    </>
  );
}
