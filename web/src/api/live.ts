import type { QueryClient } from "@tanstack/react-query";
import { applySignals, type Signal } from "./invalidation";

/** Signals that come within this time are applied as one, in milliseconds. */
const GATHER = 120;
/** A connection the browser gave up on is opened again after 1 s, doubling to this. */
const LONGEST_WAIT = 30_000;
/** A stream on which nothing came for so many of the server's ping intervals goes nowhere. */
const SILENT_PINGS = 2.5;

export type LiveState = "connecting" | "live" | "lost";

/**
 * Keeps the panel's answers fresh from `/api/events`. The browser resumes a broken stream by itself
 * with the last event id; where it gives up (the server said no, or a proxy did) a new stream is
 * opened and everything on the page is asked again, so that nothing is missed either way. Where it does not
 * notice, because the other end went without a word, silence tells: the server pings, and a new stream goes on
 * from the last event.
 */
export class LiveUpdates {
  #source: EventSource | undefined;
  #signals: Signal[] = [];
  #gathering: number | undefined;
  #retry: number | undefined;
  #wait = 1000;
  #silence: number | undefined;
  /** How long the server is never silent, in milliseconds; unknown before it said. */
  #ping: number | undefined;
  #lastEventId = "";
  /** Whether something may have changed unheard: also between the first answers and the first stream. */
  #missed = true;
  #state: LiveState = "connecting";
  #listeners = new Set<() => void>();
  #hearers = new Set<(signal: Signal) => void>();

  constructor(private readonly queryClient: QueryClient) {}

  get state(): LiveState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hands every signal to `hearer` as it comes, besides what it makes stale. */
  hear = (hearer: (signal: Signal) => void): (() => void) => {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  };

  start(): void {
    if (this.#source) return;
    // The header of that name is the browser's own, of streams that it resumes.
    const from = this.#missed || this.#lastEventId === "" ? "" : `?lastEventId=${encodeURIComponent(this.#lastEventId)}`;
    const source = new EventSource(`/api/events${from}`);
    this.#source = source;
    const on = (type: string, act: (data: string) => void) =>
      source.addEventListener(type, (event: MessageEvent<string>) => {
        this.#lastEventId = event.lastEventId;
        act(event.data);
        this.#listen(source);
      });
    on("ready", (data) => this.#opened(data));
    on("signal", (data) => this.#received(data));
    on("reset", () => void this.queryClient.invalidateQueries());
    on("ping", () => {});
    source.addEventListener("error", () => this.#broke(source));
    this.#listen(source);
  }

  stop(): void {
    window.clearTimeout(this.#retry);
    window.clearTimeout(this.#silence);
    window.clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#signals = [];
    this.#source?.close();
    this.#source = undefined;
    this.#missed = true;
    this.#change("connecting");
  }

  /** Tries at once instead of at the end of the wait. */
  retryNow = (): void => {
    window.clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.#missed = true;
    this.start();
  };

  /** Waits for the next sign of life, and opens another stream when it does not come. */
  #listen(source: EventSource): void {
    window.clearTimeout(this.#silence);
    if (this.#ping === undefined) return;
    this.#silence = window.setTimeout(() => {
      if (this.#source !== source) return;
      this.#change("lost");
      source.close();
      this.#source = undefined;
      this.start();
    }, this.#ping * SILENT_PINGS);
  }

  #opened(greeting: string): void {
    this.#wait = 1000;
    this.#ping = parsePing(greeting);
    if (this.#missed) void this.queryClient.invalidateQueries();
    // Another tab may have signed in somebody else while the stream was away.
    else void this.queryClient.invalidateQueries({ queryKey: ["me"] });
    this.#missed = false;
    this.#change("live");
  }

  #received(data: string): void {
    const signal = parseSignal(data);
    if (!signal) return;
    for (const hearer of this.#hearers) hearer(signal);
    this.#signals.push(signal);
    this.#gathering ??= window.setTimeout(() => {
      const signals = this.#signals;
      this.#signals = [];
      this.#gathering = undefined;
      void applySignals(this.queryClient, signals);
    }, GATHER);
  }

  #broke(source: EventSource): void {
    this.#change("lost");
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    if (this.#source !== source) return;
    this.#source = undefined;
    this.#missed = true;
    // The server may have said no because the session is over: then this answer leads to the sign-in.
    void this.queryClient.invalidateQueries({ queryKey: ["me"] });
    this.#retry = window.setTimeout(() => this.start(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #change(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Reads the ping interval from the data of a `ready` event; anything else is undefined. */
function parsePing(data: string): number | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null || !("pingMillis" in value)) return;
    return typeof value.pingMillis === "number" ? value.pingMillis : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the data of a `signal` event; anything else is undefined. */
export function parseSignal(data: string): Signal | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null || !("topic" in value) || typeof value.topic !== "string") return;
    const ids = "ids" in value && Array.isArray(value.ids) ? value.ids : [];
    return { topic: value.topic, ids: ids.filter((id): id is string => typeof id === "string") };
  } catch {
    return undefined;
  }
}
