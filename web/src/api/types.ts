import type { components, paths } from "./gen/schema";

type Schemas = components["schemas"];

export type Activity = Schemas["Activity"];
export type Actor = Schemas["Actor"];
export type ApiKey = Schemas["ApiKey"];
export type Attachment = Schemas["Attachment"];
export type AuditChange = Schemas["AuditEntry"]["changes"][number];
export type AuditEntry = Schemas["AuditEntry"];
export type BulkResult = Schemas["BulkResult"];
export type Category = Schemas["Category"];
export type Change = Schemas["Change"];
export type Chat = Schemas["Chat"];
export type ChatMessage = Schemas["ChatMessage"];
export type Comment = Schemas["Comment"];
export type Company = Schemas["Company"];
export type CompanyRef = Schemas["CompanyRef"];
export type CreatedApiKey = Schemas["CreatedApiKey"];
export type Dashboard = Schemas["Dashboard"];
export type DayTrend = Schemas["DayTrend"];
export type CurrentChat = Schemas["CurrentChat"];
export type Device = Schemas["Device"];
export type DeviceRef = Schemas["DeviceRef"];
export type DeviceSoftware = Schemas["DeviceSoftware"];
export type DeviceToken = Schemas["DeviceToken"];
export type DeviceTimelineEntry = Schemas["DeviceTimelineEntry"];
export type DeviceUsbPolicy = Schemas["DeviceUsbPolicy"];
export type Draft = Schemas["Draft"];
export type DraftKind = Schemas["DraftKind"];
export type Export = Schemas["Export"];
export type Incident = Schemas["Incident"];
export type Invite = Schemas["Invite"];
export type InvitePreview = Schemas["InvitePreview"];
export type InviteState = Schemas["InviteState"];
export type Job = Schemas["Job"];
export type JobKind = Schemas["JobKind"];
export type Me = Schemas["Me"];
export type Setup = Schemas["Setup"];
export type Merge = Schemas["Merge"];
export type MergePreview = Schemas["MergePreview"];
export type Participant = Schemas["Participant"];
export type PasswordReset = Schemas["PasswordReset"];
export type PasswordResetPreview = Schemas["PasswordResetPreview"];
export type PauseReason = Schemas["PauseReason"];
export type Persona = Schemas["Persona"];
export type Presence = Schemas["Presence"];
export type PresenceHistory = Schemas["PresenceHistory"];
export type Priority = Schemas["Priority"];
export type Problem = Schemas["Problem"];
export type Queue = Schemas["Queue"];
export type QueueRef = Schemas["QueueRef"];
export type Role = Schemas["Role"];
export type Run = Schemas["Run"];
export type RunDetail = Schemas["RunDetail"];
export type RunState = Schemas["RunState"];
export type SchedulePreview = Schemas["SchedulePreview"];
export type SentInvite = Schemas["SentInvite"];
export type ServiceAccount = Schemas["ServiceAccount"];
export type Session = Schemas["Session"];
export type Theme = Schemas["Theme"];
export type Ticket = Schemas["Ticket"];
export type TicketSort = NonNullable<Query<"/api/tickets">["sort"]>;
export type TicketStatus = Schemas["TicketStatus"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type UsbPolicy = Schemas["UsbPolicy"];
export type UsbPolicyState = Schemas["UsbPolicyState"];
export type User = Schemas["User"];
export type UserDetail = Schemas["UserDetail"];
export type UserRef = Schemas["UserRef"];
export type Visibility = Schemas["Visibility"];
export type WorkSession = Schemas["WorkSession"];

/** A page of a list; `total` counts every page. */
export interface Page<T> {
  items: T[];
  nextPageToken: string | null;
  total: number;
}

/** What a path takes behind the question mark. */
export type Query<P extends keyof paths, M extends keyof paths[P] = "get" & keyof paths[P]> = paths[P][M] extends {
  parameters: { query?: infer Q };
}
  ? NonNullable<Q>
  : never;
