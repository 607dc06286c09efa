import type { PresenceHistory } from "@/api/types";

export type Span = PresenceHistory["spans"][number];

/** How many days back the history can be looked at. The server has 31 at a time. */
export const periods = [1, 7, 30] as const;
export type Period = (typeof periods)[number];

/** A span as it lies on the strip: where it begins and how long it is, in percent of the whole. */
export interface Piece {
  state: Span["state"];
  start: number;
  width: number;
}

/** Narrower pieces would not be seen: they are drawn this wide, in percent. */
const LEAST = 0.2;

const time = (iso: string): number => new Date(iso).getTime();

/** The spans on a strip of `days` that ends now; a device that is younger leaves the beginning empty. */
export function pieces(spans: readonly Span[], days: number): Piece[] {
  const last = spans.at(-1);
  if (!last) return [];
  const [end, whole] = [time(last.end), days * 86_400_000];
  return spans.map(({ state, start, end: until }) => {
    const width = Math.max(LEAST, (100 * (time(until) - time(start))) / whole);
    return { state, width, start: Math.min(100 - width, Math.max(0, 100 - (100 * (end - time(start))) / whole)) };
  });
}

/**
 * How long the device was online of the time that something is known of, in percent; null when nothing is. Of a time in which
 * it came and went too often nothing is.
 */
export function availability(spans: readonly Span[]): number | null {
  const length = (span: Span) => time(span.end) - time(span.start);
  const sum = (of: readonly Span[]) => of.reduce((total, span) => total + length(span), 0);
  const known = sum(spans.filter(({ state }) => state !== "unknown" && state !== "unstable"));
  return known > 0 ? (100 * sum(spans.filter((span) => span.state === "online"))) / known : null;
}

/** Spans for the table: latest first, at most `most`. */
export function latest(spans: readonly Span[], most: number): Span[] {
  return spans.slice(-most).toReversed();
}
