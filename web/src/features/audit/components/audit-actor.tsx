import { Link } from "@tanstack/react-router";
import { Bot, Cog, Monitor } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Actor } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { useActorName } from "@/lib/use-actor-name";
import type { AuditFilter } from "../model/filter";

const icons = { device: Monitor, service_account: Bot, service: Cog };

/** Who did it; leads to all that they did. The system itself cannot be asked for. */
export function AuditActor({ actor, filter }: { actor: Actor; filter: AuditFilter }) {
  const { t } = useTranslation("audit");
  const name = useActorName()(actor);
  const Icon = actor.kind === "user" ? undefined : icons[actor.kind];
  const known = actor.kind !== "service" && filter.actorId !== actor.id;
  return (
    <span className="flex min-w-0 items-center gap-2 self-start">
      {Icon ? (
        <span className="flex size-5.5 shrink-0 items-center justify-center rounded-full bg-active text-ink-3">
          <Icon className="size-3.5" aria-hidden />
        </span>
      ) : (
        <Avatar id={actor.id} name={name} />
      )}
      {known ? (
        <Link
          to="/configuracoes/auditoria"
          search={{ ...filter, actorId: actor.id }}
          title={t("actionsOf", { name })}
          className="min-w-0 truncate rounded-sm underline-offset-2 hover:underline"
        >
          {name}
        </Link>
      ) : (
        <span className="min-w-0 truncate">{name}</span>
      )}
    </span>
  );
}
