import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Section } from "@/components/section";
import { formatBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";
import { useLocale } from "@/lib/use-locale";
import { type Disk, diskUse } from "../model/inventory";

/** Mounted file systems, and how much room each has left. */
export function DiskSection({ disks }: { disks: readonly Disk[] }) {
  const { t } = useTranslation("devices");
  if (disks.length === 0) return null;
  return (
    <Section title={t("disks.title")} aside={disks.length}>
      <ul className="flex flex-col gap-3">
        {disks.map((disk) => (
          <DiskItem key={disk.mountPoint} disk={disk} />
        ))}
      </ul>
    </Section>
  );
}

const fills = { fine: "bg-accent", low: "bg-stale", full: "bg-danger" };

function DiskItem({ disk }: { disk: Disk }) {
  const { t } = useTranslation("devices");
  const locale = useLocale();
  const { usedPercent, freeBytes, level } = diskUse(disk);
  const free = t("disks.free", {
    free: formatBytes(freeBytes, locale),
    total: formatBytes(disk.totalBytes, locale),
    percent: 100 - usedPercent,
  });
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 text-sm">
      <span className="truncate" title={`${disk.name} · ${disk.fileSystem}`}>
        {disk.mountPoint}
        <span className="ml-2 text-xs text-ink-3 max-sm:hidden">
          {disk.name} · {disk.fileSystem}
        </span>
      </span>
      <span className={cn("flex items-center gap-1 text-xs tabular-nums", level === "fine" ? "text-ink-3" : "text-ink")}>
        {level !== "fine" && (
          <span title={t(`disks.${level}`)} className={level === "full" ? "text-danger-ink" : "text-paused-ink"}>
            <TriangleAlert className="size-3.5" role="img" aria-label={t(`disks.${level}`)} />
          </span>
        )}
        {free}
      </span>
      <span
        role="meter"
        aria-label={t("disks.used", { disk: disk.mountPoint })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={usedPercent}
        aria-valuetext={free}
        className="col-span-2 h-1.5 overflow-hidden rounded-full bg-active"
      >
        <span className={cn("block h-full rounded-full", fills[level])} style={{ width: `${usedPercent}%` }} />
      </span>
    </li>
  );
}
