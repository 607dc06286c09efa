import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { PageBody, useTitle } from "@/components/page";
import { SkeletonPage } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { deviceQuery, listedDevice } from "../api/devices";
import { ConflictNotice } from "./conflict-notice";
import { DeviceFacts } from "./device-facts";
import { DeviceHeader } from "./device-header";
import { DeviceNotes } from "./device-notes";
import { DeviceTickets } from "./device-tickets";
import { DeviceTimeline } from "./device-timeline";
import { DeviceTokens } from "./device-tokens";
import { DiskSection } from "./disk-section";
import { HandOver } from "./hand-over";
import { HardwareSection } from "./hardware-section";
import { LoggedInSection } from "./logged-in-section";
import { NetworkSection } from "./network-section";
import { NotEnrolledNotice } from "./not-enrolled-notice";
import { PresenceHistory } from "./presence-history";
import { ResetAgent } from "./reset-agent";
import { SoftwareSection } from "./software-section";
import { UsbPolicySection } from "./usb-policy-section";

interface HandingOver {
  handingOver: boolean;
  onHandOver: (open: boolean) => void;
}

/** One computer: whether it is alive, whose it is, what it is, and what happened to it. */
export function DevicePage({ id, ...hand }: { id: string } & HandingOver) {
  const { t } = useTranslation("devices");
  const queryClient = useQueryClient();
  const device = useQuery({ ...deviceQuery(id), placeholderData: () => listedDevice(queryClient, id) });
  useTitle(device.data?.name ?? t("one"));
  if (device.isPending) return <SkeletonPage />;
  if (!device.data) {
    return (
      <ErrorState
        error={device.error}
        retry={() => void device.refetch()}
        wayOn={
          <Button asChild>
            <Link to="/dispositivos">{t("back")}</Link>
          </Button>
        }
      />
    );
  }
  return <DeviceView device={device.data} {...hand} />;
}

function DeviceView({ device, handingOver, onHandOver }: { device: Device } & HandingOver) {
  const mayManage = useCan("devices.manage");
  const guided = handingOver && mayManage;
  const begin = mayManage && !guided ? () => onHandOver(true) : undefined;
  const { inventory } = device;
  return (
    <>
      <DeviceHeader device={device} />
      <PageBody>
        {guided && (
          <div className="mx-auto w-full max-w-6xl px-4 pt-5 md:px-6">
            <HandOver device={device} onLeave={() => onHandOver(false)} />
          </div>
        )}
        {/* On a phone: whose it is, what it is, notes and the dangerous part, in this order. */}
        <div className="mx-auto grid w-full max-w-6xl grid-cols-1 lg:min-h-full lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_1fr]">
          <aside className="flex flex-col gap-6 px-4 pt-5 md:px-6 lg:col-start-2 lg:border-l lg:border-line lg:px-5">
            <DeviceFacts device={device} onHandOver={device.enrolled ? begin : undefined} />
          </aside>
          <div className="flex min-w-0 flex-col gap-8 px-4 py-5 md:px-6 lg:col-start-1 lg:row-span-2 lg:row-start-1">
            {device.identityConflictAt && <ConflictNotice since={device.identityConflictAt} />}
            {!device.enrolled && !guided && <NotEnrolledNotice companyId={device.company.id} onContinue={begin} />}
            <DeviceTickets deviceId={device.id} />
            <PresenceHistory deviceId={device.id} />
            <HardwareSection osLabel={device.osLabel} os={inventory.os} hardware={inventory.hardware} />
            <LoggedInSection users={inventory.users} />
            <DiskSection disks={inventory.disks} />
            <NetworkSection interfaces={inventory.interfaces} />
            {mayManage && <SoftwareSection deviceId={device.id} />}
            <DeviceTimeline deviceId={device.id} />
          </div>
          {mayManage && (
            <div className="flex flex-col gap-8 px-4 pt-2 pb-8 md:px-6 lg:col-start-2 lg:border-l lg:border-line lg:px-5 lg:pt-6">
              <UsbPolicySection device={device} />
              <DeviceNotes device={device} />
              <DeviceTokens deviceId={device.id} />
              <ResetAgent device={device} />
            </div>
          )}
          {!mayManage && (
            <div className="px-4 pt-2 pb-8 md:px-6 lg:col-start-2 lg:border-l lg:border-line lg:px-5 lg:pt-6">
              {device.usbPolicy && <UsbPolicySection device={device} />}
            </div>
          )}
        </div>
      </PageBody>
    </>
  );
}
