/** `localStorage` that never throws: a browser may deny it, and the panel works without. */
export const storage = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(`chamados.${key}`);
    } catch {
      return null;
    }
  },
  set(key: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`chamados.${key}`);
      else localStorage.setItem(`chamados.${key}`, value);
    } catch {
      // Denied or full: the choice lasts until the page is closed.
    }
  },
};
