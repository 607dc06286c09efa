import type { Run, RunState } from "@/api/types";

/** How a bar of the strip looks: told by height and shape as well as by colour. */
export type BarLook = "done" | "failed" | "skipped" | "running" | "none";

/** One run as a bar; without a run, a place not filled yet. */
export interface Bar {
  key: string;
  run: Run | undefined;
  look: BarLook;
}

const looks: Record<RunState, BarLook> = {
  ready: "running",
  running: "running",
  succeeded: "done",
  failed: "failed",
  cancelled: "skipped",
  skipped: "skipped",
};

/** The newest runs as `places` bars, oldest first, so that the newest is at the right end. */
export function barsOf(newestFirst: readonly Run[], places: number): Bar[] {
  const runs = newestFirst.slice(0, places).toReversed();
  const empty = Array.from({ length: places - runs.length }, (_, place): Bar => ({
    key: `empty-${place}`,
    run: undefined,
    look: "none",
  }));
  return [...empty, ...runs.map((run): Bar => ({ key: run.id, run, look: looks[run.state] }))];
}

/** How many runs went how, for telling the strip in words. */
export function countsOf(runs: readonly Run[]): { total: number; succeeded: number; failed: number } {
  const count = (state: RunState) => runs.filter((run) => run.state === state).length;
  return { total: runs.length, succeeded: count("succeeded"), failed: count("failed") };
}
