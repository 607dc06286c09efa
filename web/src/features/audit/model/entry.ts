import type { AuditChange } from "@/api/types";

/** What can be in the log, as the server names it, in the order it is offered. */
export const actions = [
  "user.created",
  "user.updated",
  "user.moved",
  "user.merged",
  "user.merge_finished",
  "password.changed",
  "password.reset_issued",
  "password.reset",
  "invite.created",
  "invite.resent",
  "invite.accepted",
  "invite.revoked",
  "company.created",
  "company.updated",
  "company.code_rotated",
  "device.updated",
  "device.reset",
  "device.user_linked",
  "device.user_unlinked",
  "device.usb_policy_set",
  "device.access_adjusted",
  "queue.created",
  "queue.updated",
  "queue.deleted",
  "category.created",
  "category.updated",
  "category.deleted",
  "schedule.updated",
  "schedule.run_requested",
  "export.created",
  "export.cancelled",
  "export.downloaded",
  "tenant.exported",
  "service_account.created",
  "service_account.updated",
  "api_key.created",
  "api_key.revoked",
] as const;
export type Action = (typeof actions)[number];

/** What actions are done to, in the order it is offered. */
export const kinds = [
  "user",
  "password",
  "invite",
  "company",
  "device",
  "queue",
  "category",
  "schedule",
  "export",
  "tenant",
  "service_account",
  "api_key",
] as const;

/** The action of an entry; undefined for one that a newer server knows and this panel does not. */
export function actionOf(name: string): Action | undefined {
  return actions.find((action) => action === name);
}

/** How a field's values are read. */
export type ValueKind = "text" | "role" | "yesNo" | "time" | "scopes" | "company" | "user" | "run" | "usbPolicy";

/** Fields with a name of their own, and how their values are read. */
export const fields = {
  name: "text",
  records: "text",
  nickname: "text",
  email: "text",
  role: "role",
  company_id: "company",
  active: "yesNo",
  description: "text",
  merged_into_id: "user",
  service_account: "text",
  scopes: "scopes",
  expire_time: "time",
  revoke_time: "time",
  display_name: "text",
  notes: "text",
  assigned_user_id: "user",
  persona: "role",
  linked_user_ids: "user",
  usb_policy: "usbPolicy",
  archived: "yesNo",
  expression: "text",
  time_zone: "text",
  paused: "yesNo",
  run_id: "run",
  tickets_requested: "text",
  tickets_assigned: "text",
  comments_written: "text",
  work_sessions: "text",
  tickets_watched: "text",
  chat_messages: "text",
  devices_assigned: "text",
  devices_linked: "text",
} as const satisfies Record<string, ValueKind>;
export type FieldName = keyof typeof fields;

/** The field a change is of; undefined for one that this panel does not know. */
export function fieldOf(change: Pick<AuditChange, "field">): FieldName | undefined {
  return Object.hasOwn(fields, change.field) ? (change.field as FieldName) : undefined;
}

/** How the values of a change are read; as they are where the field is not known. */
export function valueKindOf(change: Pick<AuditChange, "field">): ValueKind {
  const name = fieldOf(change);
  return name ? fields[name] : "text";
}

/** A change as it is told: "old → new", or the new value alone where there was none before. */
export interface ToldChange {
  change: Pick<AuditChange, "field">;
  before: string | null;
  after: string | null;
  /** Something stood there before: the arrow tells from what to what. */
  replaced: boolean;
}

/** The changes of an entry. An empty text is none. */
export function toldChanges(changes: readonly Pick<AuditChange, "field" | "oldValue" | "newValue">[]): ToldChange[] {
  return changes.map((change) => {
    const before = change.oldValue || null;
    return { change, before, after: change.newValue || null, replaced: before !== null };
  });
}
