import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { LiveUpdates, type LiveState } from "@/api/live";

const Context = createContext<LiveUpdates | null>(null);

/** Keeps one stream of live updates open while somebody is signed in. */
export function LiveUpdatesProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [live] = useState(() => new LiveUpdates(queryClient));
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return <Context value={live}>{children}</Context>;
}

/** How the stream is doing, and a way to try again at once. */
export function useLive(): { state: LiveState; retry: () => void } {
  const live = useContext(Context);
  if (!live) throw new Error("useLive outside of LiveUpdatesProvider");
  const state = useSyncExternalStore(live.subscribe, () => live.state);
  return { state, retry: live.retryNow };
}
