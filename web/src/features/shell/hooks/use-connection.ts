import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { reach } from "@/api/client";
import { type Service } from "@/api/reach";
import { useSession } from "@/features/auth/hooks/session-guard";
import { useLive } from "./live-updates";

/** A stream that breaks comes back within this, most times; nobody is told, in milliseconds. */
const PATIENCE = 3000;
/** For how long it is said that all is well again, in milliseconds. */
const RELIEF = 4000;

/**
 * `offline`: nothing answers. `away`: some services do not. `stale`: everything does, but no live updates come.
 * `back`: it was one of these a moment ago.
 */
export type ConnectionState = "fine" | "offline" | "away" | "stale" | "back";

/** How the page and the product are connected; brings everything up to date once they are again. */
export function useConnection(): { state: ConnectionState; services: readonly Service[]; retry: () => void } {
  const queryClient = useQueryClient();
  const { state: live, retry: resume } = useLive();
  const { ended } = useSession();
  const away = useSyncExternalStore(reach.subscribe, reach.away);
  const lost = live === "lost" && !ended;
  const late = useLasting(lost, PATIENCE);
  const [told, setTold] = useState(false);
  const [back, setBack] = useState(false);

  const services = away.filter((each) => each !== "server");
  const trouble = away.includes("server") ? "offline" : services.length > 0 ? "away" : late ? "stale" : undefined;
  if (trouble && !told) setTold(true);
  if (!trouble && told) {
    setTold(false);
    setBack(true);
  }
  if (trouble && back) setBack(false);

  // A stream that broke may be the first to know, and the network of this computer the next.
  useEffect(() => {
    if (lost) void reach.look();
  }, [lost]);
  useEffect(() => {
    const look = () => void reach.look();
    window.addEventListener("offline", look);
    window.addEventListener("online", look);
    return () => {
      window.removeEventListener("offline", look);
      window.removeEventListener("online", look);
    };
  }, []);
  const reached = away.length === 0;
  useEffect(() => {
    // What failed meanwhile is asked again, and the stream need not wait for its turn.
    if (!back) return;
    if (lost) resume();
    else void queryClient.invalidateQueries();
    const timer = window.setTimeout(() => setBack(false), RELIEF);
    return () => window.clearTimeout(timer);
    // Once, when it is back: not again when the stream follows.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [back, queryClient]);
  const retry = () => {
    void reach.look();
    if (reached) resume();
  };
  return { state: trouble ?? (back ? "back" : "fine"), services, retry };
}

/** Whether `fact` has held for `time`. */
function useLasting(fact: boolean, time: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!fact) return;
    const timer = window.setTimeout(() => setLasting(true), time);
    return () => {
      window.clearTimeout(timer);
      setLasting(false);
    };
  }, [fact, time]);
  return fact && lasting;
}
