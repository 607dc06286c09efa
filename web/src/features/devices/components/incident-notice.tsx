import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Incident } from "@/api/types";
import { RelativeTime } from "@/components/relative-time";
import { useCan } from "@/features/auth/api/session";
import { incidentsQuery } from "../api/devices";
import { incidentKindOf, openIncidents } from "../model/incident";

/** Says, while it lasts, that many computers fell silent together, and what that means. */
export function IncidentNotice() {
  const mayManage = useCan("devices.manage");
  const incidents = useQuery({ ...incidentsQuery, enabled: mayManage });
  const open = openIncidents(incidents.data?.items ?? []);
  return open.map((incident) => <Notice key={incident.id} incident={incident} />);
}

function Notice({ incident }: { incident: Incident }) {
  const { t } = useTranslation("devices");
  const kind = incidentKindOf(incident);
  return (
    <div
      role="status"
      data-testid="incident"
      className="mx-4 mt-3 flex gap-2 rounded-md border border-note-line bg-note p-3 text-sm text-note-ink md:mx-5"
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0">
        <p className="font-medium">
          {t(`incident.${kind}`, { count: incident.devices })} · <RelativeTime value={incident.raisedAt} />
        </p>
        <p>{t("incident.meaning")}</p>
      </div>
    </div>
  );
}
