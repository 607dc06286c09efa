import { useSyncExternalStore } from "react";

/** One clock a period, shared by everything on the page that shows a passing time. */
class Clock {
  #listeners = new Set<() => void>();
  #timer: number | undefined;
  #now = Date.now();

  constructor(private readonly period: number) {}

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#timer === undefined) {
      this.#now = Date.now();
      this.#timer = window.setInterval(() => {
        this.#now = Date.now();
        for (const each of this.#listeners) each();
      }, this.period);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        window.clearInterval(this.#timer);
        this.#timer = undefined;
      }
    };
  };

  read = (): number => (this.#timer === undefined ? (this.#now = quantised(this.period)) : this.#now);
}

/** The present, equal for all reads within a period: a snapshot must not change while React reads it. */
function quantised(period: number): number {
  return Math.floor(Date.now() / period) * period;
}

const seconds = new Clock(1000);
const halfMinutes = new Clock(30_000);

/** Milliseconds since the epoch, renewed each second or each half minute. */
export function useNow(every: "second" | "half-minute" = "half-minute"): number {
  const clock = every === "second" ? seconds : halfMinutes;
  return useSyncExternalStore(clock.subscribe, clock.read);
}
