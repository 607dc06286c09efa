import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { applySignals, type Signal } from "./invalidation";
import { parseSignal } from "./live";

const keys = [
  ["me"],
  ["tickets", "list", "pages", {}],
  ["tickets", "item", "t1"],
  ["tickets", "item", "27"],
  ["tickets", "item", "t1", "comments"],
  ["tickets", "item", "t1", "chat"],
  ["tickets", "item", "t1", "activity"],
  ["tickets", "item", "t2"],
  ["devices", "list", {}],
  ["devices", "item", "d1"],
  ["devices", "item", "d2"],
  ["companies", "list", {}],
  ["users", "list", {}],
  ["jobs", "list"],
  ["jobs", "item", "purge", "runs"],
  ["runs", "item", "r1"],
];

async function stale(signal: Signal): Promise<string[]> {
  const client = new QueryClient();
  for (const key of keys) client.setQueryData(key, { id: key[2] === "27" ? "t1" : key[2] });
  await applySignals(client, [signal]);
  return keys.filter((key) => client.getQueryState(key)?.isInvalidated).map((key) => key.slice(0, 4).filter((part) => typeof part === "string").join("/"));
}

describe("what a signal touches", () => {
  it.each<[string, string[], string[]]>([
    ["ticket.changed", ["t1"], ["tickets/list/pages", "tickets/item/t1", "tickets/item/27", "tickets/item/t1/comments", "tickets/item/t1/chat", "tickets/item/t1/activity"]],
    ["ticket.chat", ["t1", "c1"], ["tickets/item/t1/chat"]],
    ["ticket.activity", ["t1"], ["tickets/item/t1/activity"]],
    ["company.changed", ["c1"], ["companies/list"]],
    ["user.changed", ["u1"], ["me", "users/list"]],
    ["job.changed", ["purge"], ["jobs/list", "jobs/item/purge/runs", "runs/item/r1"]],
    ["weather.changed", ["x"], []],
  ])("%s %j", async (topic, ids, expected) => {
    expect(await stale({ topic, ids })).toEqual(expected);
  });

  it("reaches tickets through the device they are about, and no other device's page", async () => {
    const touched = await stale({ topic: "device.presence", ids: ["d1"] });
    expect(touched).toContain("tickets/item/t2");
    expect(touched).toContain("devices/item/d1");
    expect(touched).not.toContain("devices/item/d2");
  });

  it("means everything of its kind when it names none", async () => {
    expect(await stale({ topic: "device.changed", ids: [] })).toContain("devices/item/d2");
  });
});

describe("the data of a signal", () => {
  it("is read", () => {
    expect(parseSignal('{"topic":"ticket.changed","ids":["a"]}')).toEqual({ topic: "ticket.changed", ids: ["a"] });
    expect(parseSignal('{"topic":"ticket.changed"}')).toEqual({ topic: "ticket.changed", ids: [] });
  });

  it.each(["", "null", "[]", '{"ids":["a"]}', "{"])("is dropped when broken: %s", (data) => {
    expect(parseSignal(data)).toBeUndefined();
  });
});

it("lets a list that is being fetched come before it is asked for again, once", async () => {
  const client = new QueryClient();
  const answers: (() => void)[] = [];
  const queryFn = vi.fn(() => new Promise<string[]>((resolve) => answers.push(() => resolve([]))));
  const list = new QueryObserver(client, { queryKey: ["tickets", "list"], queryFn, staleTime: Infinity });
  const leave = list.subscribe(() => {});
  const signal = () => void applySignals(client, [{ topic: "ticket.changed", ids: ["a"] }]);
  for (let more = 0; more < 5; more += 1) signal();
  expect(queryFn).toHaveBeenCalledTimes(1);
  answers[0]?.();
  await vi.waitFor(() => expect(queryFn).toHaveBeenCalledTimes(2));
  answers[1]?.();
  await vi.waitFor(() => expect(client.isFetching()).toBe(0));
  signal();
  await vi.waitFor(() => expect(queryFn, "nothing was under way").toHaveBeenCalledTimes(3));
  leave();
});
