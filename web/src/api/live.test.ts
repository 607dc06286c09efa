import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveUpdates } from "./live";

/** Stands in for the browser's, which needs a server. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeSource[] = [];
  readyState = 0;

  constructor(readonly url: string) {
    super();
    FakeSource.opened.push(this);
  }

  say(type: string, data = "", lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
  }

  fail(final: boolean): void {
    this.readyState = final ? FakeSource.CLOSED : 0;
    this.dispatchEvent(new Event("error"));
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }
}

let client: QueryClient;
let live: LiveUpdates;
const invalidated = () => client.getQueryState(["tickets", "list"])?.isInvalidated;
const latest = () => {
  const source = FakeSource.opened.at(-1);
  if (!source) throw new Error("no stream was opened");
  return source;
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  FakeSource.opened = [];
  client = new QueryClient();
  client.setQueryData(["tickets", "list"], []);
  live = new LiveUpdates(client);
  live.start();
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("refetches what a signal touches, signals that come together at once", async () => {
  latest().say("ready");
  expect(live.state).toBe("live");
  const spy = vi.spyOn(client, "invalidateQueries");
  latest().say("signal", '{"topic":"ticket.changed","ids":["a"]}');
  latest().say("signal", '{"topic":"ticket.changed","ids":["b"]}');
  await vi.advanceTimersByTimeAsync(200);
  expect(invalidated()).toBe(true);
  expect(spy).toHaveBeenCalledTimes(1);
});

it("refetches everything on a reset", () => {
  latest().say("reset");
  expect(invalidated()).toBe(true);
});

it("refetches what was asked before the first stream was there", () => {
  expect(invalidated()).toBe(false);
  latest().say("ready");
  expect(invalidated()).toBe(true);
});

it("trusts the browser to resume a broken stream: nothing is refetched", () => {
  latest().say("ready");
  client.setQueryData(["tickets", "list"], []);
  client.setQueryData(["me"], {});
  latest().fail(false);
  expect(live.state).toBe("lost");
  latest().say("ready");
  expect(live.state).toBe("live");
  expect(invalidated()).toBe(false);
  expect(client.getQueryState(["me"])?.isInvalidated, "it may be somebody else's by now").toBe(true);
  expect(FakeSource.opened).toHaveLength(1);
});

it("opens a new stream where the browser gave up, ever more slowly, and then refetches everything", async () => {
  latest().say("ready");
  latest().fail(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSource.opened).toHaveLength(2);
  latest().fail(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSource.opened).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSource.opened).toHaveLength(3);
  latest().say("ready");
  expect(invalidated()).toBe(true);
  expect(live.state).toBe("live");
});

it("takes silence for a lost connection and resumes from the last event, again and again", async () => {
  latest().say("ready", '{"pingMillis":1000}', "e-1");
  client.setQueryData(["tickets", "list"], []);
  latest().say("ping", "{}", "e-2");
  await vi.advanceTimersByTimeAsync(2400);
  latest().say("ping", "{}", "e-3");
  await vi.advanceTimersByTimeAsync(2400);
  expect(FakeSource.opened, "pings are signs of life").toHaveLength(1);
  const silent = latest();
  await vi.advanceTimersByTimeAsync(200);
  expect(live.state).toBe("lost");
  expect(silent.readyState).toBe(FakeSource.CLOSED);
  expect(FakeSource.opened).toHaveLength(2);
  expect(latest().url).toBe("/api/events?lastEventId=e-3");
  await vi.advanceTimersByTimeAsync(2600);
  expect(FakeSource.opened, "the new one was silent too").toHaveLength(3);
  latest().say("ready", '{"pingMillis":1000}', "e-4");
  expect(live.state).toBe("live");
  expect(invalidated(), "nothing was missed").toBe(false);
});

it("stays quiet after it was stopped", async () => {
  latest().fail(true);
  live.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSource.opened).toHaveLength(1);
});
