import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Fact, Facts } from "@/components/facts";
import { PresenceDot } from "@/components/presence-dot";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { useCan } from "@/features/auth/api/session";
import { LastSeen } from "./last-seen";

const link = "rounded-sm text-accent-ink underline-offset-2 hover:underline";

/** Whose the device is, and whether it is alive. */
export function DeviceFacts({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const seesCompanies = useCan("companies.read");
  const { assignedUser } = device;
  return (
    <>
      <Section title={t("people.title")}>
        <Facts>
          <Fact label={t("people.assigned")}>
            {assignedUser ? (
              <span className="flex items-center gap-2">
                <Avatar id={assignedUser.id} name={assignedUser.name} />
                <Link to="/chamados" search={{ requesterId: [assignedUser.id] }} className={link} title={t("people.tickets")}>
                  {assignedUser.name}
                </Link>
              </span>
            ) : (
              <span className="text-ink-3">{t("nobody")}</span>
            )}
          </Fact>
          <Fact label={t("company")}>
            {seesCompanies ? (
              <Link to="/empresas/$id" params={{ id: device.company.id }} className={link}>
                {device.company.name}
              </Link>
            ) : (
              device.company.name
            )}
          </Fact>
        </Facts>
      </Section>
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
