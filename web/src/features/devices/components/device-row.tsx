import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Badge } from "@/components/badge";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { PresenceDot } from "@/components/presence-dot";
import { useFlash } from "@/lib/use-flash";
import { LastSeen } from "./last-seen";

/** A device as one line; two on a phone. All of it leads to the device. */
export const DeviceRow = memo(function DeviceRow({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const [flash, endFlash] = useFlash(`${device.version} ${device.presence}`);
  return (
    <DataRow
      flash={flash}
      onFlashEnd={endFlash}
      className="flex-wrap gap-x-3 gap-y-0.5 py-2 md:h-10 md:flex-nowrap md:py-0 [content-visibility:auto] [contain-intrinsic-height:auto_40px]"
    >
      <span className="relative z-[1] flex w-3 shrink-0 justify-center">
        <PresenceDot presence={device.presence} />
      </span>
      <span className="flex min-w-0 flex-1 items-center gap-2 md:flex-[2_1_14rem]">
        <Link
          to="/dispositivos/$id"
          params={{ id: device.id }}
          data-row
          data-testid="device-row"
          className={`${rowLinkClass} font-medium`}
        >
          {device.name}
        </Link>
        {device.identityConflictAt && <Badge tone="note">{t("conflict.badge")}</Badge>}
        {!device.enrolled && <Badge tone="paused">{t("notEnrolled")}</Badge>}
      </span>
      <LastSeen
        device={device}
        className="relative z-[1] shrink-0 text-right text-xs text-ink-3 tabular-nums md:order-last md:w-24"
      />
      {/* Ends the phone's first line. */}
      <span className="h-0 basis-full md:hidden" />
      <span className="ml-6 hidden min-w-0 truncate text-ink-3 md:ml-0 md:block md:flex-[2_1_12rem]" title={device.osLabel}>
        {device.osLabel}
      </span>
      <span className="ml-6 min-w-0 truncate text-ink-2 md:ml-0 md:flex-[1_1_8rem]">
        {device.assignedUser?.name ?? <span className="text-ink-3">{t("nobody")}</span>}
      </span>
      <span className="-ml-1.5 min-w-0 flex-1 truncate text-ink-3 md:ml-0 md:flex-[1_1_8rem]">
        <span className="md:hidden">· </span>
        {device.company.name}
      </span>
    </DataRow>
  );
});
