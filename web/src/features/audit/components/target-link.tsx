import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "@/api/types";
import { JobLink } from "@/features/jobs/components/job-link";
import { UserLink } from "@/features/users/components/user-link";
import { inTextClass } from "./in-text";

/** What something was done to, by the name it had then; leads to it where it has a page. */
export function TargetLink({ target }: { target: AuditEntry["target"] }) {
  const { t } = useTranslation("audit");
  const { kind, id, name } = target;
  switch (kind) {
    case "user":
      return <UserLink user={{ id, name }} className={inTextClass} />;
    case "schedule":
      return <JobLink jobKey={id} className={inTextClass} />;
    case "company":
      return (
        <Link to="/empresas/$id" params={{ id }} className={inTextClass}>
          {name}
        </Link>
      );
    case "device":
      return (
        <Link to="/dispositivos/$id" params={{ id }} className={inTextClass}>
          {name}
        </Link>
      );
    case "service_account":
      return (
        <Link to="/configuracoes/contas-de-servico/$id" params={{ id }} className={inTextClass}>
          {name}
        </Link>
      );
    case "export":
      return (
        <Link to="/configuracoes/exportacoes" className={inTextClass}>
          {t("theArchive")}
        </Link>
      );
    case "api_key":
      return <code className="font-mono text-xs">{name}…</code>;
    default:
      return <span>{name}</span>;
  }
}
