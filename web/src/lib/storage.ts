/** Storage of the browser that never throws: it may be denied, and the panel works without. */
function guarded(place: () => Storage) {
  return {
    get(key: string): string | null {
      try {
        return place().getItem(`chamados.${key}`);
      } catch {
        return null;
      }
    },
    set(key: string, value: string | null): void {
      try {
        if (value === null) place().removeItem(`chamados.${key}`);
        else place().setItem(`chamados.${key}`, value);
      } catch {
        // Denied or full: it lasts until the page is closed.
      }
    },
  };
}

/** Lasts, in every tab of the browser. */
export const storage = guarded(() => localStorage);

/** Lasts as long as the tab, and is of this tab alone. */
export const tabStorage = guarded(() => sessionStorage);
