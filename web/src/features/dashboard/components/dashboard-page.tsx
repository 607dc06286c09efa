import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { Skeleton } from "@/components/skeleton";
import { IncidentNotice } from "@/features/devices/components/incident-notice";
import { dashboardQuery } from "../api/dashboard";
import type { Period } from "../model/dashboard";
import { ActiveWork } from "./active-work";
import { Counts } from "./counts";
import { DevicesByCompany } from "./devices-by-company";
import { LatestTickets } from "./latest-tickets";
import { OpenByQueue } from "./open-by-queue";
import { PeopleWork } from "./people-work";
import { PeriodChoice } from "./period-choice";

// The charts are the heaviest part of the panel, and come when the figures are there already.
const Trends = lazy(() => import("./trends"));

/** How the support stands: what waits, who works, and what the last days were like. */
export function DashboardPage({ days }: { days: Period }) {
  const { t } = useTranslation("dashboard");
  const dashboard = useQuery(dashboardQuery(days));
  useTitle(t("title"));
  return (
    <>
      <PageHeader title={t("title")} actions={<PeriodChoice days={days} />} />
      <PageBody>
        <IncidentNotice />
        {dashboard.isPending && <Loading />}
        {dashboard.isError && !dashboard.data && (
          <ErrorState error={dashboard.error} retry={() => void dashboard.refetch()} />
        )}
        {dashboard.data && (
          <div aria-busy={dashboard.isPlaceholderData || undefined}>
            <Content dashboard={dashboard.data} />
          </div>
        )}
      </PageBody>
    </>
  );
}

function Content({ dashboard }: { dashboard: Dashboard }) {
  const { counts, trends, latestTickets, activeWork, devicesByCompany } = dashboard;
  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col gap-7 p-4 md:p-5">
      <Counts counts={counts} staff={activeWork !== null} />
      <div className="grid gap-7 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <LatestTickets tickets={latestTickets} />
        <div className="flex min-w-0 flex-col gap-7">
          {activeWork && <ActiveWork work={activeWork} />}
          <OpenByQueue queues={counts.openByQueue} />
          {devicesByCompany && <DevicesByCompany companies={devicesByCompany} />}
        </div>
      </div>
      <Suspense fallback={<Skeleton className="h-72 w-full" />}>
        <Trends days={trends.days} />
      </Suspense>
      {activeWork && <PeopleWork people={trends.people} />}
    </div>
  );
}

function Loading() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="mx-auto flex w-full max-w-7xl flex-col gap-7 p-4 md:p-5">
      <Skeleton className="h-18 w-full" />
      <div className="grid gap-7 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Skeleton className="h-80 w-full" />
        <Skeleton className="h-80 w-full" />
      </div>
      <Skeleton className="h-72 w-full" />
    </div>
  );
}
