/** What a form edits of a record, as text. */
export type Texts = Record<string, string>;

/** The fields in which `now` differs from `before`. */
export function changedFields<V extends Texts>(before: V, now: V): (keyof V & string)[] {
  return Object.keys(before).filter((field) => before[field] !== now[field]);
}

/** The part of `values` that differs from `base`: what a save sends. */
export function changesOf<V extends Texts>(base: V, values: V): Partial<V> {
  return Object.fromEntries(changedFields(base, values).map((field) => [field, values[field]])) as Partial<V>;
}
