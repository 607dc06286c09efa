import { Ban, CircleAlert, Hourglass, type LucideIcon, ShieldCheck, TimerOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { UsbPolicyState } from "@/api/types";
import { Badge, type Tone } from "@/components/badge";

const looks: Record<UsbPolicyState, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "neutral", icon: Hourglass },
  applied: { tone: "accent", icon: ShieldCheck },
  failed: { tone: "danger", icon: CircleAlert },
  expired: { tone: "note", icon: TimerOff },
  cancelled: { tone: "neutral", icon: Ban },
};

/** What became of a policy. */
export function UsbPolicyBadge({ state }: { state: UsbPolicyState }) {
  const { t } = useTranslation("devices");
  const { tone, icon: Icon } = looks[state];
  return (
    <Badge tone={tone} data-testid="usb-policy-state" data-state={state}>
      <Icon aria-hidden />
      {t(`usb.state.${state}`)}
    </Badge>
  );
}
