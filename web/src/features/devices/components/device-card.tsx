import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Badge } from "@/components/badge";
import { PresenceDot } from "@/components/presence-dot";
import { cn } from "@/lib/cn";
import { useFlash } from "@/lib/use-flash";
import { LastSeen } from "./last-seen";

/** A device as a card, for whoever knows computers by sight. All of it leads to the device. */
export const DeviceCard = memo(function DeviceCard({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const [flash, endFlash] = useFlash(`${device.version} ${device.presence}`);
  return (
    <li
      onAnimationEnd={endFlash}
      className={cn(
        "relative flex min-w-0 flex-col gap-2 rounded-md border border-line bg-surface p-3 text-sm hover:border-edge has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent",
        flash && "animate-flash",
      )}
    >
      <div className="flex min-w-0 items-center gap-2">
        <Link
          to="/dispositivos/$id"
          params={{ id: device.id }}
          data-row
          data-testid="device-card"
          className="min-w-0 flex-1 truncate font-medium after:absolute after:inset-0 focus-visible:outline-none"
        >
          {device.name}
        </Link>
        {!device.enrolled && <Badge tone="paused">{t("notEnrolled")}</Badge>}
      </div>
      <div className="flex items-center justify-between gap-2">
        <PresenceDot presence={device.presence} withLabel />
        <LastSeen device={device} className="relative z-[1] shrink-0 text-xs text-ink-3 tabular-nums" />
      </div>
      <p className="min-h-5 truncate text-ink-3" title={device.osLabel}>
        {device.osLabel || t("hardware.notReportedShort")}
      </p>
      <p className="truncate text-ink-2">
        {device.assignedUser?.name ?? <span className="text-ink-3">{t("nobody")}</span>}
        <span className="text-ink-3"> · {device.company.name}</span>
      </p>
    </li>
  );
});
