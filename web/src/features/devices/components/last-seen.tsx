import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { RelativeTime } from "@/components/relative-time";
import { formatExact } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";

interface LastSeenProps {
  device: Pick<Device, "presence" | "presenceSince" | "lastSeenAt">;
  className?: string;
}

/**
 * When the device was last heard of. While it is online that is now: the time in an answer is only
 * when the answer was given, and would seem to age.
 */
export function LastSeen({ device, className }: LastSeenProps) {
  const { t } = useTranslation("devices");
  const locale = useLocale();
  if (device.presence === "online") {
    const since = device.presenceSince ? t("onlineSince", { time: formatExact(device.presenceSince, locale) }) : undefined;
    return (
      <span className={className} title={since}>
        {t("now")}
      </span>
    );
  }
  if (!device.lastSeenAt) return <span className={className}>{t("never")}</span>;
  return <RelativeTime value={device.lastSeenAt} className={className} />;
}
