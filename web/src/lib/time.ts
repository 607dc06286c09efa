const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relativeSteps: [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [HOUR, MINUTE, "minute"],
  [DAY, HOUR, "hour"],
  [30 * DAY, DAY, "day"],
  [365 * DAY, 30 * DAY, "month"],
  [Number.POSITIVE_INFINITY, 365 * DAY, "year"],
];

const cache = new Map<string, unknown>();

/** Intl formatters cost milliseconds to make and lists need hundreds: one of each is kept. */
function cached<T>(key: string, make: () => T): T {
  const found = cache.get(key) as T | undefined;
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}

/** "há 5 min", "5 min. ago"; below a minute, the locale's word for now. */
export function formatRelative(iso: string, now: number, locale: string): string {
  const format = cached(
    `relative:${locale}`,
    () => new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }),
  );
  const distance = new Date(iso).getTime() - now;
  const size = Math.abs(distance);
  if (size < MINUTE) return format.format(0, "second");
  const step = relativeSteps.find(([limit]) => size < limit);
  return step ? format.format(Math.trunc(distance / step[1]), step[2]) : "";
}

/** Date and time to the second, for tooltips. */
export function formatExact(iso: string, locale: string): string {
  return cached(
    `exact:${locale}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" }),
  ).format(new Date(iso));
}

/** Short date and time, for facts and tables. */
export function formatDateTime(iso: string, locale: string): string {
  return cached(
    `short:${locale}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }),
  ).format(new Date(iso));
}

/** Day, month, hour and minute, for things of these weeks. */
export function formatDayTime(iso: string, locale: string): string {
  return cached(
    `day-time:${locale}`,
    () => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }),
  ).format(new Date(iso));
}

/** A day in words: "segunda-feira, 23 de novembro de 2026". */
export function formatDay(iso: string, locale: string): string {
  return cached(`day:${locale}`, () => new Intl.DateTimeFormat(locale, { dateStyle: "full" })).format(new Date(iso));
}

/** A day of the calendar, written "2026-11-23", in short words: "23 de nov. de 2026". */
export function formatDate(day: string, locale: string): string {
  return cached(
    `date:${locale}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }),
  ).format(new Date(`${day}T00:00:00Z`));
}

/** A day of the calendar without its year: "23 de nov.". */
export function formatShortDate(day: string, locale: string): string {
  return cached(
    `short-date:${locale}`,
    () => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" }),
  ).format(new Date(`${day}T00:00:00Z`));
}

/** A time of no day in particular: "03:10", "3:10 AM". */
export function formatMinute(hour: number, minute: number, locale: string): string {
  const at = new Date(Date.UTC(2000, 0, 1, hour, minute));
  return cached(
    `minute:${locale}`,
    () => new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" }),
  ).format(at);
}

/** The name of a day of the week; 0 is Sunday. */
export function formatWeekday(weekday: number, locale: string): string {
  // The second of January 2000 was a Sunday.
  const at = new Date(Date.UTC(2000, 0, 2 + weekday));
  return cached(
    `weekday:${locale}`,
    () => new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }),
  ).format(at);
}

/** Hour and minute. */
export function formatTime(iso: string, locale: string): string {
  return cached(`time:${locale}`, () => new Intl.DateTimeFormat(locale, { timeStyle: "short" })).format(new Date(iso));
}

/** Hour, minute and second. */
export function formatTimeOfDay(iso: string, locale: string): string {
  return cached(`time-of-day:${locale}`, () => new Intl.DateTimeFormat(locale, { timeStyle: "medium" })).format(
    new Date(iso),
  );
}

/** Short date and time on the clocks of `timeZone`, an IANA name; those of this computer where it is not known. */
export function formatDateTimeIn(iso: string, timeZone: string, locale: string): string {
  const format = cached(`short:${timeZone}:${locale}`, () => {
    const style = { dateStyle: "medium", timeStyle: "short" } as const;
    try {
      return new Intl.DateTimeFormat(locale, { ...style, timeZone });
    } catch {
      return new Intl.DateTimeFormat(locale, style);
    }
  });
  return format.format(new Date(iso));
}

/** A duration in words: "1 h 5 min", below a minute "42 s". `seconds` may be fractional. */
export function formatDuration(seconds: number, locale: string): string {
  const whole = Math.max(0, Math.floor(seconds));
  const unit = (value: number, name: "hour" | "minute" | "second") =>
    cached(
      `unit:${name}:${locale}`,
      () => new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }),
    ).format(value);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours > 0) return minutes > 0 ? `${unit(hours, "hour")} ${unit(minutes, "minute")}` : unit(hours, "hour");
  return minutes > 0 ? unit(minutes, "minute") : unit(whole, "second");
}

/** A duration below a second: "84 ms". */
export function formatMillis(millis: number, locale: string): string {
  return cached(
    `millis:${locale}`,
    () => new Intl.NumberFormat(locale, { style: "unit", unit: "millisecond", unitDisplay: "short", maximumFractionDigits: 0 }),
  ).format(Math.max(0, millis));
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** A running clock: "0:42", "12:05", "1:02:03". */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
