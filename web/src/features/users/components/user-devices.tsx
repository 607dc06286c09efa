import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { DeviceRef, UserDetail } from "@/api/types";
import { Badge } from "@/components/badge";
import { PresenceDot } from "@/components/presence-dot";
import { Section } from "@/components/section";

/** The computers of a person. */
export function UserDevices({ user }: { user: UserDetail }) {
  const { t } = useTranslation("users");
  const { assigned, linked } = user.devices;
  if (user.role === "machine") return null;
  return (
    <Section title={t("devices.title")} aside={assigned.length + linked.length}>
      {assigned.length + linked.length === 0 ? (
        <p className="text-sm text-ink-3">{t("devices.none")}</p>
      ) : (
        <ul aria-label={t("devices.title")} className="divide-y divide-line">
          {assigned.map((device) => (
            <DeviceItem key={device.id} device={device} />
          ))}
          {linked.map((device) => (
            <DeviceItem key={device.id} device={device} linked />
          ))}
        </ul>
      )}
    </Section>
  );
}

function DeviceItem({ device, linked }: { device: DeviceRef; linked?: boolean }) {
  const { t } = useTranslation("users");
  return (
    <li className="flex min-h-10 items-center gap-2.5 text-sm" data-testid="user-device">
      <PresenceDot presence={device.presence} />
      <Link to="/dispositivos/$id" params={{ id: device.id }} className="min-w-0 truncate hover:underline">
        {device.name || device.id}
      </Link>
      {linked && <Badge>{t("devices.linked")}</Badge>}
    </li>
  );
}
