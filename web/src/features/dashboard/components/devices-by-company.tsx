import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/api/types";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { PresenceDot } from "@/components/presence-dot";
import { Section } from "@/components/section";
import { withoutContact } from "../model/dashboard";

type Companies = NonNullable<Dashboard["devicesByCompany"]>;
type Company = Companies["items"][number];

/** Whose computers are offline, most first. Each number leads to the devices it counts. */
export function DevicesByCompany({ companies }: { companies: Companies }) {
  const { t } = useTranslation("dashboard");
  const shown = withoutContact(companies.items);
  return (
    <Section title={t("devices.title")}>
      {shown.length === 0 ? (
        <p className="text-sm text-ink-3">{t(companies.total === 0 ? "devices.noDevices" : "devices.none")}</p>
      ) : (
        <ul aria-label={t("devices.title")} className="divide-y divide-line overflow-hidden rounded-md border border-line">
          {shown.map((each) => (
            <CompanyItem key={each.company.id} item={each} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function CompanyItem({ item: { company, devices, offline, unknown } }: { item: Company }) {
  const { t } = useTranslation("dashboard");
  return (
    <DataRow className="px-3 md:px-3">
      <Link
        to="/dispositivos"
        search={{ companyId: company.id, presence: ["offline"] }}
        data-testid="company-offline"
        className={`${rowLinkClass} flex-1`}
      >
        {company.name || company.id}
      </Link>
      {unknown > 0 && (
        <Link
          to="/dispositivos"
          search={{ companyId: company.id, presence: ["unknown"] }}
          className="relative z-[1] shrink-0 rounded-sm text-xs text-ink-3 tabular-nums hover:underline"
        >
          {t("devices.unknown", { count: unknown })}
        </Link>
      )}
      <span className="flex shrink-0 items-center gap-1.5 text-right font-medium tabular-nums">
        <PresenceDot presence="offline" />
        {t("devices.offlineOf", { offline, devices })}
      </span>
    </DataRow>
  );
}
