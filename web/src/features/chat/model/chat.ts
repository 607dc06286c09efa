import type { Chat, ChatMessage, CurrentChat, Me, Ticket } from "@/api/types";

/** A ticket's open or last chat, with everything that was said in it. */
export interface LiveChat {
  chat: Chat | null;
  messages: ChatMessage[];
}

export const noChat: LiveChat = { chat: null, messages: [] };

/** Number of the last message known; what comes after it is asked for. */
export function lastSequence(messages: readonly ChatMessage[]): number {
  return messages.at(-1)?.sequence ?? 0;
}

/** What is known after an answer came. Of another chat than before nothing is kept. */
export function merge(known: LiveChat, answer: CurrentChat): LiveChat {
  if (!answer.chat) return noChat;
  const same = known.chat?.id === answer.chat.id;
  return { chat: answer.chat, messages: append(same ? known.messages : [], answer.messages) };
}

/** Messages in their order, each once, without a gap: what does not follow on is asked for again. */
export function append(known: readonly ChatMessage[], more: readonly ChatMessage[]): ChatMessage[] {
  const messages = [...known];
  for (const message of more) {
    if (message.sequence === lastSequence(messages) + 1) messages.push(message);
  }
  return messages;
}

/** Whether there is nothing more to ask for. */
export function isComplete({ chat, messages }: LiveChat): boolean {
  return !chat || lastSequence(messages) >= chat.lastSequence;
}

/** Whether the person may open and end chats on the ticket: staff may, and the requester. The server decides. */
export function maySteer(user: Pick<Me["user"], "id" | "role">, ticket: Pick<Ticket, "requester">): boolean {
  return user.role === "admin" || user.role === "agent" || user.id === ticket.requester.id;
}

export function isMine(message: ChatMessage, me: string): boolean {
  return message.author.kind === "user" && message.author.id === me;
}

/** How far the person has read. */
export function readTo(chat: Chat, user: string): number {
  return chat.readMarks.find((mark) => mark.user.id === user)?.sequence ?? 0;
}

/** Messages of others the person has not read. */
export function unread({ chat, messages }: LiveChat, me: string): number {
  if (!chat) return 0;
  const read = readTo(chat, me);
  return messages.filter((message) => message.sequence > read && !isMine(message, me)).length;
}

/** Names of those who have read what the person said last, when nobody has answered it since. */
export function seenBy({ chat, messages }: LiveChat, me: string): string[] {
  const last = messages.at(-1);
  if (!chat || !last || !isMine(last, me)) return [];
  return chat.readMarks
    .filter((mark) => mark.user.id !== me && mark.sequence >= last.sequence && mark.user.name !== "")
    .map((mark) => mark.user.name);
}

/** Messages of one person in a row, minutes apart at most: shown under one name. */
export interface Turn {
  id: string;
  messages: [ChatMessage, ...ChatMessage[]];
}

const PAUSE = 5 * 60_000;

export function turns(messages: readonly ChatMessage[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const turn = turns.at(-1);
    const before = turn?.messages.at(-1);
    const goesOn =
      before &&
      before.author.kind === message.author.kind &&
      before.author.id === message.author.id &&
      Date.parse(message.createdAt) - Date.parse(before.createdAt) < PAUSE;
    if (turn && goesOn) turn.messages.push(message);
    else turns.push({ id: message.id, messages: [message] });
  }
  return turns;
}
