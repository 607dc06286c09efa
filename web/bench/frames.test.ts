import { expect, it } from "vitest";
import { framesOf, type TraceEvent } from "./frames";

const PAGE = { pid: 7, tid: 8 };

function frame(ts: number, sequence: number, state: string, scroll = "SCROLL_COMPOSITOR_THREAD"): TraceEvent {
  const frame_reporter = { state: `STATE_${state}`, scroll_state: scroll, frame_sequence: sequence };
  return { ...PAGE, name: "PipelineReporter", ph: "b", ts, args: { frame_reporter } };
}

const task = (ts: number, dur: number, where = PAGE): TraceEvent => ({ ...where, name: "RunTask", ph: "X", ts, dur, args: {} });

it("counts a frame once, and none in which nothing was to be seen or nothing was scrolled", () => {
  const told = framesOf([
    { ...PAGE, name: "thread_name", ph: "M", ts: 0, args: { name: "CrRendererMain" } },
    frame(0, 1, "DROPPED", "SCROLL_NONE"),
    frame(1_000, 2, "PRESENTED_PARTIAL"),
    frame(1_000, 2, "PRESENTED_ALL"),
    frame(17_000, 3, "PRESENTED_PARTIAL"),
    frame(33_000, 4, "DROPPED"),
    frame(49_000, 5, "NO_UPDATE_DESIRED"),
    frame(65_000, 6, "PRESENTED_ALL"),
    frame(65_000, 6, "DROPPED"),
    frame(101_000, 7, "PRESENTED_ALL"),
    task(2_000, 20_000),
    task(40_000, 30_000),
    task(40_000, 90_000, { pid: 7, tid: 9 }),
    task(200_000, 90_000),
  ]);
  expect(told).toEqual({ seconds: 0.1, drawn: 4, late: 1, dropped: 1, longestGap: 48, busy: 0.5, longestTask: 30 });
});
