import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Company } from "@/api/types";
import { BackLink } from "@/components/back-link";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { Fact, Facts } from "@/components/facts";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { SkeletonPage } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { companyQuery } from "../api/companies";
import { CompanyActivity } from "./company-activity";
import { CompanyNumbers } from "./company-numbers";
import { EditCompanyDialog } from "./edit-company-dialog";
import { EnrolmentSection } from "./enrolment-section";

/** One company: what it has, how its computers enrol. */
export function CompanyPage({ id }: { id: string }) {
  const { t } = useTranslation("companies");
  const company = useQuery(companyQuery(id));
  useTitle(company.data?.name ?? t("one"));
  if (company.isPending) return <SkeletonPage />;
  if (!company.data) {
    return (
      <ErrorState
        error={company.error}
        retry={() => void company.refetch()}
        wayOn={
          <Button asChild>
            <Link to="/empresas">{t("back")}</Link>
          </Button>
        }
      />
    );
  }
  return <CompanyView company={company.data} />;
}

function CompanyView({ company }: { company: Company }) {
  const { t } = useTranslation("companies");
  const mayManage = useCan("companies.manage");
  const [editing, setEditing] = useState(false);
  return (
    <>
      <PageHeader
        leading={<BackLink to="/empresas" label={t("back")} />}
        title={company.name}
        aside={!company.active && <Badge>{t("inactive")}</Badge>}
        actions={
          mayManage && (
            <Button onClick={() => setEditing(true)}>
              <Pencil aria-hidden />
              {t("edit.action")}
            </Button>
          )
        }
      />
      <PageBody>
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6 md:px-6">
          <CompanyNumbers companyId={company.id} />
          {company.provisioningCode && <EnrolmentSection company={company} code={company.provisioningCode} />}
          <Section title={t("facts")}>
            <Facts>
              <Fact label={t("field.nickname")}>
                <code className="font-mono text-xs">{company.nickname}</code>
              </Fact>
              <Fact label={t("created")}>
                <RelativeTime value={company.createdAt} />
              </Fact>
              <Fact label={t("changed")}>
                <RelativeTime value={company.updatedAt} />
              </Fact>
            </Facts>
          </Section>
          {mayManage && <CompanyActivity company={company} />}
        </div>
      </PageBody>
      {editing && <EditCompanyDialog company={company} onClose={() => setEditing(false)} />}
    </>
  );
}
