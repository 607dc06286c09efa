import { tabStorage } from "@/lib/storage";

/**
 * What somebody has typed and the server has not confirmed, kept in this tab under their id: a page that is taken away
 * in the middle of a word, because another signed in, gives the word back to whom it is of, and to nobody else.
 */
export class Unsaved<T> {
  readonly #key: string;

  constructor(ownerId: string, ticketId: string, kind: string) {
    this.#key = `unsaved.${ownerId}.${ticketId}.${kind}`;
  }

  get(): T | undefined {
    const text = tabStorage.get(this.#key);
    return text === null ? undefined : (JSON.parse(text) as T);
  }

  keep(content: T): void {
    tabStorage.set(this.#key, JSON.stringify(content));
  }

  /** It is saved, or given up; what was typed since stays. */
  drop(content: T): void {
    if (tabStorage.get(this.#key) === JSON.stringify(content)) this.clear();
  }

  clear(): void {
    tabStorage.set(this.#key, null);
  }
}
