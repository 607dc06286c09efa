import { describe, expect, it } from "vitest";
import type { Chat, ChatMessage } from "@/api/types";
import { append, isComplete, merge, noChat, seenBy, turns, unread } from "./chat";

const ana = { kind: "user" as const, id: "ana", name: "Ana" };
const bia = { kind: "user" as const, id: "bia", name: "Bia" };

function said(sequence: number, author = ana, minute = sequence, chatId = "c1"): ChatMessage {
  const createdAt = new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
  return { id: `${chatId}-${sequence}`, chatId, sequence, author, body: `m${sequence}`, createdAt };
}

function chat(last: number, marks: Record<string, number> = {}, id = "c1"): Chat {
  const at = "2026-01-01T12:00:00Z";
  return {
    id,
    ticketId: "t1",
    startedBy: ana,
    startedAt: at,
    endedAt: null,
    endedBy: null,
    end: null,
    lastSequence: last,
    activeAt: at,
    readMarks: Object.entries(marks).map(([user, sequence]) => ({
      user: { id: user, name: user === "ana" ? "Ana" : "Bia" },
      sequence,
      readAt: at,
    })),
  };
}

const numbers = (messages: readonly ChatMessage[]) => messages.map((message) => message.sequence);

describe("what is known of a chat", () => {
  it("grows by what comes, each once and without a gap", () => {
    expect(numbers(append([said(1)], [said(1), said(2), said(3)]))).toEqual([1, 2, 3]);
    expect(numbers(append([said(1)], [said(3)]))).toEqual([1]);
    expect(numbers(append([], [said(2)]))).toEqual([]);
  });

  it("forgets the chat before", () => {
    const known = merge(noChat, { chat: chat(2), messages: [said(1), said(2)] });
    expect(isComplete(known)).toBe(true);
    const next = merge(known, { chat: chat(3, {}, "c2"), messages: [said(3, ana, 3, "c2")] });
    expect(next.messages).toEqual([]);
    expect(isComplete(next)).toBe(false);
    const whole = merge(next, { chat: chat(1, {}, "c2"), messages: [said(1, ana, 1, "c2")] });
    expect([numbers(whole.messages), isComplete(whole)]).toEqual([[1], true]);
  });

  it("is whole when the last message is there, and when there is no chat", () => {
    expect(isComplete(noChat)).toBe(true);
    expect(isComplete(merge(noChat, { chat: chat(2), messages: [said(1)] }))).toBe(false);
    expect(merge(noChat, { chat: null, messages: [] })).toEqual(noChat);
  });
});

describe("what is unread", () => {
  const messages = [said(1, bia), said(2, ana), said(3, bia), said(4, bia)];
  it.each([
    [{}, 3],
    [{ ana: 1 }, 2],
    [{ ana: 4 }, 0],
    [{ bia: 4 }, 3],
  ])("with marks %j it is %i", (marks, count) => {
    expect(unread({ chat: chat(4, marks), messages }, "ana")).toBe(count);
  });

  it("is nothing without a chat", () => {
    expect(unread(noChat, "ana")).toBe(0);
  });
});

describe("who has seen my last word", () => {
  it("is told while it is the last", () => {
    const messages = [said(1, bia), said(2, ana)];
    expect(seenBy({ chat: chat(2, { ana: 2, bia: 2 }), messages }, "ana")).toEqual(["Bia"]);
    expect(seenBy({ chat: chat(2, { bia: 1 }), messages }, "ana")).toEqual([]);
    expect(seenBy({ chat: chat(2, { bia: 2 }), messages }, "bia")).toEqual([]);
  });
});

it("puts what one person says in a row under one name", () => {
  const messages = [said(1, ana, 1), said(2, ana, 2), said(3, bia, 3), said(4, ana, 4), said(5, ana, 30)];
  expect(turns(messages).map((turn) => numbers(turn.messages))).toEqual([[1, 2], [3], [4], [5]]);
});
