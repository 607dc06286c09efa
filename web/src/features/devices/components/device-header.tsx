import { Link } from "@tanstack/react-router";
import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { BackLink } from "@/components/back-link";
import { Button } from "@/components/button";
import { IconButton } from "@/components/icon-button";
import { PageHeader } from "@/components/page";
import { PresenceDot } from "@/components/presence-dot";
import { RelativeTime } from "@/components/relative-time";
import { useCan } from "@/features/auth/api/session";
import { RenameDialog } from "./rename-dialog";

/** Name and presence, and the way to a ticket for the device. */
export function DeviceHeader({ device }: { device: Device }) {
  const { t } = useTranslation("devices");
  const mayManage = useCan("devices.manage");
  const mayCreateTicket = useCan("tickets.create");
  const [renaming, setRenaming] = useState(false);
  return (
    <>
      <PageHeader
        leading={<BackLink to="/dispositivos" label={t("back")} />}
        title={device.name}
        aside={
          <span className="flex items-center gap-2">
            {mayManage && (
              <IconButton label={t("rename.action")} size="icon-sm" onClick={() => setRenaming(true)}>
                <Pencil aria-hidden />
              </IconButton>
            )}
            <PresenceDot presence={device.presence} withLabel />
            {device.presenceSince && (
              <RelativeTime value={device.presenceSince} className="text-xs max-sm:hidden" />
            )}
          </span>
        }
        actions={
          mayCreateTicket && (
            <Button asChild variant="primary">
              <Link to="/chamados/novo" search={{ deviceId: device.id }} aria-label={t("tickets.new")}>
                <Plus aria-hidden />
                <span className="max-sm:sr-only">{t("tickets.new")}</span>
              </Link>
            </Button>
          )
        }
      />
      {renaming && <RenameDialog device={device} onClose={() => setRenaming(false)} />}
    </>
  );
}
