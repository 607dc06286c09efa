/** An event of Chromium's trace, as far as it is looked at here. */
export interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  args: { name?: string; frame_reporter?: { state: string; scroll_state: string; frame_sequence: number } };
}

/** What has to be traced. */
export const CATEGORIES = ["-*", "__metadata", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame"];

/** What became of the frames in which something was to be seen, while the page was being scrolled. */
export interface Frames {
  seconds: number;
  drawn: number;
  /** Of those drawn: the page moved, and what it shows came a frame or more later. */
  late: number;
  dropped: number;
  /** Between one drawn frame and the next, in milliseconds. */
  longestGap: number;
  /** Share of the time in which the page's main thread worked. */
  busy: number;
  /** In milliseconds. */
  longestTask: number;
}

/** Reads the compositor's own account of its frames. */
export function framesOf(events: readonly TraceEvent[]): Frames {
  const scrolled = events.filter(({ name, ph, args }) => {
    return name === "PipelineReporter" && ph === "b" && args.frame_reporter?.scroll_state !== "SCROLL_NONE";
  });
  // A frame has several reporters when its parts came by different ways.
  const frames = new Map<number, { ts: number; states: string[] }>();
  for (const { ts, args } of scrolled) {
    if (!args.frame_reporter) continue;
    const { frame_sequence, state } = args.frame_reporter;
    const frame = frames.get(frame_sequence) ?? { ts, states: [] };
    frame.states.push(state);
    frames.set(frame_sequence, frame);
  }
  const all = [...frames.values()].toSorted((a, b) => a.ts - b.ts);
  const drawn = all.filter(({ states }) => states.some((state) => state.startsWith("STATE_PRESENTED")));
  const dropped = all.filter((frame) => frame.states.includes("STATE_DROPPED") && !drawn.includes(frame));
  const [begin = 0, end = 0] = [all[0]?.ts, all.at(-1)?.ts];
  const pid = scrolled[0]?.pid;
  const main = events.find((event) => event.pid === pid && event.name === "thread_name" && event.args.name === "CrRendererMain");
  const tasks = events.filter(({ name, ph, pid, tid, ts }) => {
    return name === "RunTask" && ph === "X" && pid === main?.pid && tid === main.tid && ts >= begin && ts <= end;
  });
  const lasted = tasks.map(({ dur = 0 }) => dur);
  return {
    seconds: (end - begin) / 1e6,
    drawn: drawn.length,
    late: drawn.filter(({ states }) => !states.includes("STATE_PRESENTED_ALL")).length,
    dropped: dropped.length,
    longestGap: Math.max(0, ...drawn.slice(1).map(({ ts }, before) => ts - (drawn[before]?.ts ?? ts))) / 1000,
    busy: lasted.reduce((sum, dur) => sum + dur, 0) / Math.max(1, end - begin),
    longestTask: Math.max(0, ...lasted) / 1000,
  };
}
