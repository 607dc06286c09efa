import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AuditChange, AuditEntry, Role } from "@/api/types";
import { policyOf } from "@/features/devices/model/usb-policy";
import { ScopeSummary } from "@/features/service-accounts/components/scope-summary";
import { companyQuery, userQuery } from "@/features/tickets/api/choices";
import { UserLink } from "@/features/users/components/user-link";
import { formatDateTime } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { valueKindOf } from "../model/entry";
import { inTextClass } from "./in-text";

const roles: readonly Role[] = ["admin", "agent", "manager", "collaborator", "machine"];

interface ChangeValueProps {
  change: Pick<AuditChange, "field">;
  value: string | null;
  /** What the change was made to. */
  target: AuditEntry["target"];
}

/** One value of a field: roles, yes and no, times and scopes in words; ids by the names of what they stand for. */
export function ChangeValue({ change, value, target }: ChangeValueProps) {
  const { t } = useTranslation("audit");
  const common = useTranslation().t;
  const devices = useTranslation("devices").t;
  const locale = useLocale();
  if (value === null) return <span className="text-ink-3">{t("nothing")}</span>;
  switch (valueKindOf(change)) {
    case "role": {
      const role = roles.find((each) => each === value);
      return <>{role ? common(`role.${role}`) : value}</>;
    }
    case "yesNo":
      return <>{t(value === "true" ? "yes" : "no")}</>;
    case "usbPolicy": {
      const policy = policyOf(value);
      return <>{policy ? devices(`usb.policy.${policy}`) : value}</>;
    }
    case "time":
      return <>{formatDateTime(value, locale)}</>;
    case "scopes":
      return <ScopeSummary scopes={value.split(" ")} />;
    case "company":
      return <CompanyName id={value} />;
    case "user":
      return <PersonName id={value} />;
    case "run":
      return (
        <Link
          to="/tarefas/$key/$runId"
          params={{ key: target.id, runId: value }}
          className={inTextClass}
        >
          {t("theRun")}
        </Link>
      );
    default:
      return <span className="whitespace-pre-line">{value}</span>;
  }
}

function CompanyName({ id }: { id: string }) {
  const { data } = useQuery(companyQuery(id));
  return (
    <Link
      to="/empresas/$id"
      params={{ id }}
      className={inTextClass}
    >
      {data?.name ?? id}
    </Link>
  );
}

function PersonName({ id }: { id: string }) {
  const { data } = useQuery(userQuery(id));
  return <UserLink user={{ id, name: data?.name ?? id }} className={inTextClass} />;
}
