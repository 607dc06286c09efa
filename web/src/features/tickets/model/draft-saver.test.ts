import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DraftSaver } from "./draft-saver";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("saves once, a moment after the last key", async () => {
  const send = vi.fn(() => Promise.resolve());
  const saver = new DraftSaver<string>(send);
  for (const text of ["a", "ab", "abc"]) {
    saver.write(text);
    await vi.advanceTimersByTimeAsync(300);
  }
  expect(send).not.toHaveBeenCalled();
  expect(saver.state()).toBe("unsaved");
  await vi.advanceTimersByTimeAsync(300);
  expect(send.mock.calls).toEqual([["abc"]]);
  expect(saver.state()).toBe("saved");
});

it("sends one at a time, and the latest last", async () => {
  const done: (() => void)[] = [];
  const send = vi.fn(() => new Promise<void>((resolve) => done.push(resolve)));
  const saver = new DraftSaver<string>(send);
  saver.write("a");
  void saver.flush();
  saver.write("ab");
  saver.write("abc");
  await vi.advanceTimersByTimeAsync(600);
  expect(send.mock.calls).toEqual([["a"]]);
  done[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(send.mock.calls).toEqual([["a"], ["abc"]]);
});

it("throws away after what is under way, and nothing comes back", async () => {
  const sent: (string | null)[] = [];
  let release = () => {};
  const saver = new DraftSaver<string>(async (content) => {
    if (content === "a") await new Promise<void>((resolve) => (release = resolve));
    sent.push(content);
  });
  saver.write("a");
  void saver.flush();
  saver.write("ab");
  const gone = saver.discard();
  release();
  await gone;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual(["a", null]);
  expect(saver.state()).toBe("clean");
});

it("tries again what failed, with what was typed since", async () => {
  const send = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new Error("away"));
  const saver = new DraftSaver<string>(send);
  saver.write("a");
  await vi.advanceTimersByTimeAsync(600);
  expect(saver.state()).toBe("failed");
  await vi.advanceTimersByTimeAsync(5000);
  expect(send.mock.calls).toEqual([["a"], ["a"]]);
  expect(saver.state()).toBe("saved");
});

it("does not ask again what was refused for good", async () => {
  const send = vi.fn(() => Promise.reject(new Error("no")));
  const saver = new DraftSaver<string>(send, () => true);
  saver.write("a");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(send).toHaveBeenCalledTimes(1);
  expect(saver.state()).toBe("failed");
});

it("keeps what was refused for good, for when it is asked to try once more", async () => {
  const send = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new Error("signed out"));
  const saver = new DraftSaver<string>(send, () => true);
  saver.write("a");
  await vi.advanceTimersByTimeAsync(60_000);
  await saver.flush();
  expect(send.mock.calls).toEqual([["a"], ["a"]]);
  expect(saver.state()).toBe("saved");
});
