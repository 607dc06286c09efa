import { Link } from "@tanstack/react-router";
import type { AuditEntry } from "@/api/types";
import { JobLink } from "@/features/jobs/components/job-link";
import { UserLink } from "@/features/users/components/user-link";
import { inTextClass } from "./in-text";

/** What something was done to, by the name it had then; leads to it where it has a page. */
export function TargetLink({ target }: { target: AuditEntry["target"] }) {
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
    case "api_key":
      return <code className="font-mono text-xs">{name}…</code>;
    default:
      return <span>{name}</span>;
  }
}
