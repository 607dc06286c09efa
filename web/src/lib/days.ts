/* Days of the calendar, written "2026-11-23", on this computer's clock. */

/** The first moment of a day, or of the day `later` days after it; undefined for what is no day. */
export function startOf(day: string, later = 0): Date | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const start = new Date(Number(year), Number(month) - 1, Number(date));
  // The 31st of February would be a day of March.
  if (Number.isNaN(start.getTime()) || start.getDate() !== Number(date)) return undefined;
  start.setDate(start.getDate() + later);
  return start;
}

/** The day `ago` days before `now`. */
export function dayBefore(now: number, ago: number): string {
  const day = new Date(now);
  day.setDate(day.getDate() - ago);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
