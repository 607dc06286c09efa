import type { Attachment } from "@/api/types";

/** Most files that go with one comment or ticket; the server refuses more. */
export const MOST_FILES = 20;

/** A file on its way, or there. */
export interface Upload {
  /** Tells it from the others; its place in line. */
  key: number;
  name: string;
  size: number;
  /** From 0 to 1, while it is being sent. */
  sent: number;
  /** Once the server has it. */
  attachment?: Attachment;
  /** Why it did not arrive. */
  error?: unknown;
}

export type Step =
  | { kind: "added"; uploads: Pick<Upload, "key" | "name" | "size">[] }
  | { kind: "sent"; key: number; sent: number }
  | { kind: "stored"; key: number; attachment: Attachment }
  | { kind: "failed"; key: number; error: unknown }
  | { kind: "again"; key: number }
  | { kind: "removed"; key: number }
  | { kind: "cleared" };

/** The list after a step. What comes too late, for a file that was removed meanwhile, changes nothing. */
export function step(uploads: readonly Upload[], taken: Step): readonly Upload[] {
  const change = (key: number, changes: Partial<Upload>) =>
    uploads.map((upload) => (upload.key === key ? { ...upload, ...changes } : upload));
  switch (taken.kind) {
    case "added":
      return [...uploads, ...taken.uploads.map((upload) => ({ ...upload, sent: 0 }))];
    case "sent":
      return change(taken.key, { sent: taken.sent });
    case "stored":
      return change(taken.key, { sent: 1, attachment: taken.attachment });
    case "failed":
      return change(taken.key, { error: taken.error });
    case "again":
      return change(taken.key, { sent: 0, error: undefined });
    case "removed":
      return uploads.filter((upload) => upload.key !== taken.key);
    case "cleared":
      return [];
  }
}

/** Whether some file is still on its way. */
export function isBusy(uploads: readonly Upload[]): boolean {
  return uploads.some((upload) => !upload.attachment && upload.error === undefined);
}

/** Ids of the files that are there, in the order they were chosen. */
export function storedIds(uploads: readonly Upload[]): string[] {
  return uploads.flatMap((upload) => (upload.attachment ? [upload.attachment.id] : []));
}

/** The files that still fit, and how many do not. */
export function fitting<T>(files: readonly T[], present: number): { taken: T[]; left: number } {
  const taken = files.slice(0, Math.max(0, MOST_FILES - present));
  return { taken, left: files.length - taken.length };
}
