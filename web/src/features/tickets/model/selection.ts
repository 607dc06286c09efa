/** Most tickets the API changes in one request. */
export const AT_ONCE = 100;

/** The selection after `id` was pressed: alone, or with everything between it and the one pressed before. */
export function toggle(
  selected: ReadonlySet<string>,
  rows: readonly string[],
  id: string,
  from: string | undefined,
): Set<string> {
  const next = new Set(selected);
  const on = !selected.has(id);
  const [a, b] = [rows.indexOf(from ?? id), rows.indexOf(id)];
  const range = a === -1 || b === -1 ? [id] : rows.slice(Math.min(a, b), Math.max(a, b) + 1);
  for (const each of range) {
    if (on) next.add(each);
    else next.delete(each);
  }
  return next;
}

/** In parts of at most `size`. */
export function parts<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) => items.slice(part * size, (part + 1) * size));
}
