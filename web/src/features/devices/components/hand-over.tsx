import { useInfiniteQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Device, DeviceTimelineEntry } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { IconButton } from "@/components/icon-button";
import { Section } from "@/components/section";
import { Skeleton } from "@/components/skeleton";
import { deviceTimelineQuery } from "../api/devices";
import { currentStep, handOverDone, handOverSteps, lastReset } from "../model/hand-over";
import { HandOverStepItem } from "./hand-over-step";

interface HandOverProps {
  device: Device;
  onLeave: () => void;
}

/** How a computer goes from one person to another, step by step; what was done is read from the device. */
export function HandOver({ device, onLeave }: HandOverProps) {
  const { t } = useTranslation("devices");
  const timeline = useInfiniteQuery(deviceTimelineQuery(device.id));
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div
      ref={heading}
      tabIndex={-1}
      data-testid="hand-over"
      className="rounded-md border border-accent bg-canvas p-4 outline-none"
    >
      <Section
        title={t("handOver.title")}
        action={
          <IconButton label={t("handOver.leave")} size="icon-sm" onClick={onLeave}>
            <X aria-hidden />
          </IconButton>
        }
      >
        {timeline.isPending && <Skeleton className="h-40 w-full" />}
        {timeline.isError && <ErrorState error={timeline.error} retry={() => void timeline.refetch()} />}
        {timeline.data && <Steps device={device} timeline={timeline.data.pages.flatMap((page) => page.items)} />}
        <p className="text-xs text-ink-3">{t("handOver.resumable")}</p>
      </Section>
    </div>
  );
}

function Steps({ device, timeline }: { device: Device; timeline: readonly DeviceTimelineEntry[] }) {
  const { t } = useTranslation("devices");
  // Of a device that works, an earlier reset is of a hand-over that is over.
  const [finished] = useState(() => (device.enrolled ? lastReset(timeline) : undefined));
  const done = handOverDone(device, timeline, finished);
  const current = currentStep(done);
  return (
    <ol aria-label={t("handOver.title")} className="flex flex-col">
      {handOverSteps.map((step, index) => (
        <HandOverStepItem
          key={step}
          device={device}
          step={step}
          number={index + 1}
          state={done.has(step) ? "done" : step === current ? "current" : "later"}
          // Whoever enrols the computer does not press anything here: the last two steps are waited for at once.
          waiting={step === "back" && current === "enrol"}
        />
      ))}
    </ol>
  );
}
