import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Skeleton } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { useLocale } from "@/lib/use-locale";
import { deviceCountQuery, OPEN, openTicketCountQuery, peopleCountQuery } from "../api/companies";

/** How much a company has of each, each number leading to the list behind it. */
export function CompanyNumbers({ companyId }: { companyId: string }) {
  const { t } = useTranslation("companies");
  const seesPeople = useCan("users.read");
  const devices = useQuery(deviceCountQuery(companyId));
  const people = useQuery({ ...peopleCountQuery(companyId), enabled: seesPeople });
  const tickets = useQuery(openTicketCountQuery(companyId));
  return (
    <nav aria-label={t("numbers.label")} className="grid auto-cols-fr grid-flow-col gap-px overflow-hidden rounded-md border border-line bg-line">
      <Figure label={t("numbers.devices")} count={devices} to="/dispositivos" search={{ companyId }} />
      {seesPeople && (
        <Figure label={t("numbers.people")} count={people} to="/usuarios" search={{ companyId, kind: "person" }} />
      )}
      <Figure
        label={t("numbers.openTickets")}
        count={tickets}
        to="/chamados"
        search={{ companyId: [companyId], status: [...OPEN] }}
      />
    </nav>
  );
}

function Figure({ label, count, ...link }: { label: string; count: UseQueryResult<number> } & LinkProps) {
  const locale = useLocale();
  return (
    <Link
      {...link}
      className="flex min-w-0 flex-col-reverse justify-end bg-surface px-4 py-3 hover:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="text-xs text-ink-3">{label}</span>
      <span className="text-xl font-medium tabular-nums">
        {count.isPending && <Skeleton className="my-1 h-5 w-8" />}
        {count.isError && "–"}
        {count.isSuccess && count.data.toLocaleString(locale)}
      </span>
    </Link>
  );
}
