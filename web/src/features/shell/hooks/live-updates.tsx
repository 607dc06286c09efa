import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Signal } from "@/api/invalidation";
import { LiveUpdates, type LiveState } from "@/api/live";
import { useSession } from "@/features/auth/hooks/session-guard";
import { useLatest } from "@/lib/use-latest";

const Context = createContext<LiveUpdates | null>(null);

/** Keeps one stream of live updates open while somebody is signed in. */
export function LiveUpdatesProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [live] = useState(() => new LiveUpdates(queryClient));
  const { ended } = useSession();
  useEffect(() => {
    if (ended) return;
    live.start();
    return () => live.stop();
  }, [live, ended]);
  return <Context value={live}>{children}</Context>;
}

/** How the stream is doing, and a way to try again at once. */
export function useLive(): { state: LiveState; retry: () => void } {
  const live = useContext(Context);
  if (!live) throw new Error("useLive outside of LiveUpdatesProvider");
  const state = useSyncExternalStore(live.subscribe, () => live.state);
  return { state, retry: live.retryNow };
}

/** Calls `hearer` with every signal while the component is shown. */
export function useSignals(hearer: (signal: Signal) => void): void {
  const live = useContext(Context);
  const latest = useLatest(hearer);
  useEffect(() => live?.hear((signal) => latest()(signal)), [live, latest]);
}
