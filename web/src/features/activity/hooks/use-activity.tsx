import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { reportActivity } from "../api/activity";
import { ActivityReporter } from "../model/reporter";

type Hands = Pick<ActivityReporter, "typed" | "rested">;

const Context = createContext<Hands>({ typed: () => {}, rested: () => {} });

/** Around a ticket's page: tells the others that one is here for as long as the page is in sight. */
export function ActivityProvider({ ticketId, children }: { ticketId: string; children: ReactNode }) {
  const reporter = useMemo(() => new ActivityReporter((activity) => reportActivity(ticketId, activity)), [ticketId]);
  useEffect(() => {
    const look = () => (document.visibilityState === "visible" ? reporter.arrive() : reporter.leave());
    const leave = () => reporter.leave();
    look();
    document.addEventListener("visibilitychange", look);
    window.addEventListener("pagehide", leave);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("pagehide", leave);
      reporter.leave();
    };
  }, [reporter]);
  return <Context value={reporter}>{children}</Context>;
}

/** What a field tells: `typed("typing")` at each key, `rested()` once it is sent. */
export function useTyping(): Hands {
  return useContext(Context);
}
