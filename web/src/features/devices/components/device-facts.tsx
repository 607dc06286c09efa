import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Fact, Facts } from "@/components/facts";
import { PresenceDot } from "@/components/presence-dot";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { DevicePeople } from "./device-people";
import { LastSeen } from "./last-seen";

interface DeviceFactsProps {
  device: Device;
  /** Begins a hand-over, for whoever may. */
  onHandOver?: () => void;
}

/** Whose the device is, and whether it is alive. */
export function DeviceFacts({ device, onHandOver }: DeviceFactsProps) {
  const { t } = useTranslation("devices");
  return (
    <>
      <DevicePeople device={device} onHandOver={onHandOver} />
      <Section title={t("state.title")}>
        <Facts>
          <Fact label={t("presence")}>
            <span className="flex flex-wrap items-center gap-x-2">
              <PresenceDot presence={device.presence} withLabel />
              {device.presenceSince && <RelativeTime value={device.presenceSince} className="text-xs text-ink-3" />}
            </span>
          </Fact>
          <Fact label={t("state.lastSeen")}>
            <LastSeen device={device} />
          </Fact>
          <Fact label={t("state.agent")}>
            {device.enrolled ? device.agentVersion || t("unknown") : t("notEnrolled")}
          </Fact>
          <Fact label={t("state.hostName")}>
            <span className="break-all">{device.hostName}</span>
          </Fact>
          <Fact label={t("state.created")}>
            <RelativeTime value={device.createdAt} />
          </Fact>
        </Facts>
      </Section>
    </>
  );
}
