import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { LoadMore } from "@/components/data-list";
import { FormError } from "@/components/form-error";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { formatDay } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { deviceTimelineQuery } from "../api/devices";
import { byDay } from "../model/timeline";
import { TimelineItem } from "./timeline-item";

/** What happened to a device, newest first, by day. */
export function DeviceTimeline({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation("devices");
  const locale = useLocale();
  const timeline = useInfiniteQuery(deviceTimelineQuery(deviceId));
  const entries = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  const total = timeline.data?.pages[0]?.total ?? 0;
  return (
    <Section title={t("timeline.title")}>
      {timeline.isPending && <Skeleton className="h-20 w-full" />}
      {timeline.isError && <FormError error={timeline.error} />}
      {timeline.isSuccess && entries.length === 0 && <p className="text-sm text-ink-3">{t("timeline.empty")}</p>}
      {byDay(entries).map(({ day, entries: ofDay }) => (
        <div key={day} className="flex flex-col">
          <h3 className="py-1 text-xs text-ink-3">{formatDay(ofDay[0]?.occurredAt ?? "", locale)}</h3>
          <ol>
            {ofDay.map((entry) => (
              <TimelineItem key={entry.id} entry={entry} />
            ))}
          </ol>
        </div>
      ))}
      {timeline.hasNextPage && (
        <LoadMore
          shown={entries.length}
          total={total}
          hasMore
          busy={timeline.isFetchingNextPage}
          onMore={() => void timeline.fetchNextPage()}
        />
      )}
    </Section>
  );
}
