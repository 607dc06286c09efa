import { CircleCheck, CircleDashed, CirclePause, CirclePlay, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { TicketStatus } from "@/api/types";
import { Badge, type Tone } from "./badge";

const looks: Record<TicketStatus, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "pending", icon: CircleDashed },
  in_progress: { tone: "progress", icon: CirclePlay },
  paused: { tone: "paused", icon: CirclePause },
  resolved: { tone: "resolved", icon: CircleCheck },
};

/** Where a ticket stands: colour, sign and word, so that none of them is needed alone. */
export function StatusBadge({ status, className }: { status: TicketStatus; className?: string }) {
  const { t } = useTranslation();
  const { tone, icon: Icon } = looks[status];
  return (
    <Badge tone={tone} className={className} data-testid="status-badge" data-status={status}>
      <Icon aria-hidden />
      {t(`status.${status}`)}
    </Badge>
  );
}
