import { useCallback, useState } from "react";

/** True for a moment after `version` has changed; pass the second to `DataRow`'s `onFlashEnd`. */
export function useFlash(version: number | string): [flash: boolean, end: () => void] {
  const [seen, setSeen] = useState(version);
  const [flash, setFlash] = useState(false);
  if (version !== seen) {
    setSeen(version);
    setFlash(true);
  }
  return [flash, useCallback(() => setFlash(false), [])];
}
