import { Ban, CircleCheck, CircleDashed, CircleX, LoaderCircle, type LucideIcon, SkipForward } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RunState } from "@/api/types";
import { Badge, type Tone } from "@/components/badge";

const looks: Record<RunState, { tone: Tone; icon: LucideIcon; className?: string }> = {
  ready: { tone: "pending", icon: CircleDashed },
  running: { tone: "progress", icon: LoaderCircle, className: "animate-spin" },
  succeeded: { tone: "resolved", icon: CircleCheck },
  failed: { tone: "danger", icon: CircleX },
  cancelled: { tone: "neutral", icon: Ban },
  skipped: { tone: "neutral", icon: SkipForward },
};

/** How a run went: colour, sign and word, so that none of them is needed alone. */
export function RunBadge({ state }: { state: RunState }) {
  const { t } = useTranslation("jobs");
  const { tone, icon: Icon, className } = looks[state];
  return (
    <Badge tone={tone} data-testid="run-badge" data-state={state}>
      <Icon aria-hidden className={className} />
      {t(`run.state.${state}`)}
    </Badge>
  );
}
