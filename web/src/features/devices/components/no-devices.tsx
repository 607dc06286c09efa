import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Monitor, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { SkeletonRows } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { companyChoicesQuery, companyQuery } from "@/features/companies/api/companies";
import { EnrolCommand } from "@/features/companies/components/enrol-command";
import type { DeviceFilter } from "../model/filter";

/** An empty list says why: nothing matches, or nothing is enrolled yet, and then how that is done. */
export function NoDevices({ filter, onClear }: { filter: DeviceFilter; onClear: () => void }) {
  const { t } = useTranslation("devices");
  const common = useTranslation().t;
  const mayManage = useCan("companies.manage");
  const staff = useCan("devices.manage");
  if (filter.q || filter.presence) {
    return (
      <EmptyState
        icon={SearchX}
        title={t("list.noMatch.title")}
        description={t("list.noMatch.description")}
        action={<Button onClick={onClear}>{common("clearFilters")}</Button>}
      />
    );
  }
  if (mayManage) return <HowToEnrol companyId={filter.companyId} />;
  return (
    <EmptyState
      icon={Monitor}
      title={t("list.empty.title")}
      description={t(staff ? "list.empty.forStaff" : "list.empty.forOthers")}
    />
  );
}

/** Shows the command for the company asked for, or for the only one there is. */
function HowToEnrol({ companyId }: { companyId: string | undefined }) {
  const { t } = useTranslation("devices");
  const all = useQuery({ ...companyChoicesQuery(""), enabled: !companyId });
  const asked = useQuery({ ...companyQuery(companyId ?? ""), enabled: companyId !== undefined });
  if (all.isLoading || asked.isLoading) return <SkeletonRows rows={3} />;
  const active = all.data?.filter((each) => each.active) ?? [];
  const company = asked.data ?? (active.length === 1 ? active[0] : undefined);
  return (
    <EmptyState
      icon={Monitor}
      title={t("list.empty.title")}
      description={
        company
          ? t("list.empty.withCommand", { company: company.name })
          : t(active.length === 0 ? "list.empty.noCompany" : "list.empty.severalCompanies")
      }
      action={
        company?.provisioningCode ? (
          <div className="max-w-xl min-w-0">
            <EnrolCommand code={company.provisioningCode} />
          </div>
        ) : (
          <Button asChild variant="primary">
            <Link to="/empresas">{t(active.length === 0 ? "list.empty.createCompany" : "list.empty.chooseCompany")}</Link>
          </Button>
        )
      }
    />
  );
}
