import { Link } from "@tanstack/react-router";
import {
  Activity,
  CircleAlert,
  CircleCheck,
  CopyX,
  Cpu,
  type LucideIcon,
  MonitorCheck,
  Package,
  PencilLine,
  ShieldCheck,
  Ticket,
  TimerOff,
  Unlink,
  Unplug,
  Usb,
  UserRoundCog,
  UserRoundPlus,
  Wifi,
  WifiOff,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DeviceTimelineEntry } from "@/api/types";
import { cn } from "@/lib/cn";
import { formatExact, formatTime } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { type ChangeWords, useTimelineText } from "../hooks/use-timeline-text";
import { type Kind, kindOf } from "../model/timeline";

const icons: Record<Kind, [icon: LucideIcon, colour: string]> = {
  enrolled: [MonitorCheck, "text-accent"],
  reenrolled: [MonitorCheck, "text-accent"],
  reset: [Unplug, "text-danger"],
  updated: [PencilLine, "text-ink-3"],
  user_linked: [UserRoundPlus, "text-ink-3"],
  user_unlinked: [Unlink, "text-ink-3"],
  access_adjusted: [UserRoundCog, "text-accent"],
  inventory_changed: [Cpu, "text-ink-3"],
  software_changed: [Package, "text-ink-3"],
  online: [Wifi, "text-online"],
  offline: [WifiOff, "text-offline"],
  unstable: [Activity, "text-stale"],
  identity_conflict: [CopyX, "text-danger"],
  usb_policy_set: [Usb, "text-ink-3"],
  usb_policy_applied: [ShieldCheck, "text-accent"],
  usb_policy_failed: [CircleAlert, "text-danger"],
  usb_policy_expired: [TimerOff, "text-ink-3"],
  ticket_opened: [Ticket, "text-ink-3"],
  ticket_resolved: [CircleCheck, "text-resolved-ink"],
};

/** Changed facts shown at once; more are folded away. */
const MOST = 4;

/** One thing that happened, in words. */
export function TimelineItem({ entry }: { entry: DeviceTimelineEntry }) {
  const { t } = useTranslation("devices");
  const locale = useLocale();
  const { sentence, changes, note } = useTimelineText()(entry);
  const kind = kindOf(entry);
  const [Icon, colour] = kind ? icons[kind] : [PencilLine, "text-ink-3"];
  const hidden = changes.slice(MOST);
  return (
    <li className="flex gap-2.5 py-1.5 text-sm text-ink-2" data-testid="device-timeline-entry" data-type={entry.type}>
      <Icon className={cn("mt-0.5 size-4 shrink-0", colour)} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="break-words">
          {sentence}
          {entry.ticketId && (
            <Link
              to="/chamados/$id"
              params={{ id: entry.ticketId }}
              className="ml-1 rounded-sm text-accent-ink underline-offset-2 hover:underline"
            >
              {entry.note || t("timeline.theTicket")}
            </Link>
          )}
        </p>
        {note && <p className="text-xs break-words text-ink-3">{note}</p>}
        <Changes changes={changes.slice(0, MOST)} />
        {hidden.length > 0 && (
          <details className="text-xs">
            <summary className="w-fit cursor-pointer rounded-sm text-accent-ink">
              {t("timeline.more", { count: hidden.length })}
            </summary>
            <Changes changes={hidden} />
          </details>
        )}
      </div>
      <time
        dateTime={entry.occurredAt}
        title={formatExact(entry.occurredAt, locale)}
        className="mt-0.5 shrink-0 text-xs text-ink-3 tabular-nums"
      >
        {formatTime(entry.occurredAt, locale)}
      </time>
    </li>
  );
}

function Changes({ changes }: { changes: readonly ChangeWords[] }) {
  const { t } = useTranslation("devices");
  if (changes.length === 0) return null;
  return (
    <ul className="mt-0.5 flex flex-col text-xs">
      {changes.map(({ field, name, before, after }) => (
        <li key={`${field} ${before} ${after}`} className="break-words text-ink-3">
          <span className="text-ink-2">{name}</span>
          {(before !== null || after !== null) && (
            <>
              {": "}
              {before ?? t("timeline.nothing")} <span aria-label={t("timeline.to")}>→</span> {after ?? t("timeline.nothing")}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
