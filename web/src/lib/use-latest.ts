import { useEffect, useState } from "react";

/** Holds what changes for something that is made once. */
class Latest<T> {
  constructor(private value: T) {}

  read = (): T => this.value;

  write(value: T): void {
    this.value = value;
  }
}

/** Reads `value` as it was when the component was last shown, for what outlives a render and is called later. */
export function useLatest<T>(value: T): () => T {
  const [latest] = useState(() => new Latest(value));
  useEffect(() => latest.write(value));
  return latest.read;
}
