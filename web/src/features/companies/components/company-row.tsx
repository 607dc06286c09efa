import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Company } from "@/api/types";
import { Badge } from "@/components/badge";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { RelativeTime } from "@/components/relative-time";
import { useFlash } from "@/lib/use-flash";

/** A company as one line; two on a phone. All of it leads to the company. */
export const CompanyRow = memo(function CompanyRow({ company }: { company: Company }) {
  const { t } = useTranslation("companies");
  const [flash, endFlash] = useFlash(company.version);
  return (
    <DataRow flash={flash} onFlashEnd={endFlash} className="flex-wrap gap-x-3 gap-y-0.5 py-2 md:h-10 md:flex-nowrap md:py-0">
      <span className="flex min-w-0 basis-full items-center gap-2 md:basis-auto md:flex-[1_1_16rem]">
        <Link
          to="/empresas/$id"
          params={{ id: company.id }}
          data-row
          data-testid="company-row"
          className={`${rowLinkClass} font-medium`}
        >
          {company.name}
        </Link>
        {!company.active && <Badge>{t("inactive")}</Badge>}
      </span>
      <span className="min-w-0 flex-1 truncate font-mono text-xs text-ink-3 md:flex-[1_1_12rem]">{company.nickname}</span>
      <span className="relative z-[1] shrink-0 text-right text-xs text-ink-3">
        {t("created")} <RelativeTime value={company.createdAt} className="tabular-nums" />
      </span>
    </DataRow>
  );
});
