import type { Change, DeviceTimelineEntry } from "@/api/types";

/** What can happen to a device, as the server names it. */
export const kinds = [
  "enrolled",
  "reenrolled",
  "reset",
  "updated",
  "user_linked",
  "user_unlinked",
  "access_adjusted",
  "inventory_changed",
  "software_changed",
  "online",
  "offline",
  "unstable",
  "identity_conflict",
  "usb_policy_set",
  "usb_policy_applied",
  "usb_policy_failed",
  "usb_policy_expired",
  "ticket_opened",
  "ticket_resolved",
] as const;
export type Kind = (typeof kinds)[number];

/** The kind of an entry; undefined for one that a newer server knows and this panel does not. */
export function kindOf(entry: Pick<DeviceTimelineEntry, "type">): Kind | undefined {
  return kinds.find((kind) => kind === entry.type);
}

/** Whether an entry is about a policy for USB storage, which its first change names. */
export function isAboutUsb(kind: Kind): kind is Extract<Kind, `usb_policy_${string}`> {
  return kind.startsWith("usb_policy_");
}

/** Facts with a name of their own. */
export const facts = [
  "displayName",
  "notes",
  "companyId",
  "assignedUserId",
  "persona",
  "linkedUserIds",
  "usbPolicyState",
  "hostName",
  "agentVersion",
  "unknownSince",
  "os.family",
  "os.name",
  "os.version",
  "os.build",
  "os.architecture",
  "os.hostName",
  "hardware.cpuModel",
  "hardware.cpuCores",
  "hardware.cpuThreads",
  "hardware.memoryBytes",
  "hardware.vendor",
  "hardware.model",
  "hardware.serial",
] as const;
/** Lists of which each item changes by itself, under the list's name, a dot and its own. */
export const lists = ["disks", "network", "users", "software"] as const;

export type Fact = (typeof facts)[number];
export type List = (typeof lists)[number];

/** A change as it is told. Values are those of a person's language where they are names, else the server's. */
export interface ToldChange {
  /** The server's name: one for each change of an entry. */
  field: string;
  fact: Fact | undefined;
  /** The list and the item of it that changed. */
  item: { list: List; name: string } | undefined;
  before: string | null;
  after: string | null;
}

/** The changes of an entry, with ids replaced by the names they stand for. */
export function toldChanges(entry: Pick<DeviceTimelineEntry, "changes">): ToldChange[] {
  return entry.changes.map((change) => ({
    field: change.field,
    fact: facts.find((fact) => fact === change.field),
    item: itemOf(change.field),
    before: change.oldLabel ?? change.oldValue,
    after: change.newLabel ?? change.newValue,
  }));
}

function itemOf(field: string): ToldChange["item"] {
  const list = lists.find((each) => field.startsWith(`${each}.`));
  return list && { list, name: field.slice(list.length + 1) };
}

/** Who was tied to the device, or untied from it, by name; undefined when the name cannot be told. */
export function personOf(entry: Pick<DeviceTimelineEntry, "changes">): string | undefined {
  const [change] = entry.changes;
  return change?.newLabel ?? change?.oldLabel ?? undefined;
}

/** Whether an entry is the computer's first word about itself: everything in it is new. */
export function isFirstReport(entry: Pick<DeviceTimelineEntry, "type" | "changes">): boolean {
  const news = (change: Change) => change.oldValue === null;
  return entry.type === "inventory_changed" && entry.changes.length > 2 && entry.changes.every(news);
}

/** What a disk's change says of it: the server's line, taken apart; undefined when it is written otherwise. */
export function parseDisk(line: string): { fileSystem: string; totalBytes: number; freePercent: number } | undefined {
  const [, fileSystem = "", total, free] = /^.* (\S*) (\d+) bytes, (\d+) % free$/.exec(line) ?? [];
  return total === undefined ? undefined : { fileSystem, totalBytes: Number(total), freePercent: Number(free) };
}

/** Entries of one day together, in the order they come, under the day in this computer's time zone. */
export function byDay<T extends { occurredAt: string }>(entries: readonly T[]): { day: string; entries: T[] }[] {
  const days: { day: string; entries: T[] }[] = [];
  for (const entry of entries) {
    const day = new Date(entry.occurredAt).toDateString();
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}
