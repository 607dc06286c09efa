/** How long nobody types before what was typed is saved, in milliseconds. */
const PAUSE = 600;
/** How long until a save that failed is tried again, in milliseconds. */
const RETRY = 5000;

export type DraftState = "clean" | "unsaved" | "saved" | "failed";

/**
 * Saves what is being typed: a moment after the last key, one request at a time, the latest text last.
 * A save that fails is tried again, unless it is refused for good. `null` throws the draft away.
 */
export class DraftSaver<T> {
  #next: { content: T | null } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  #state: DraftState = "clean";
  #listeners = new Set<() => void>();

  constructor(
    private readonly send: (content: T | null) => Promise<unknown>,
    private readonly isFinal: (error: unknown) => boolean = () => false,
  ) {}

  readonly state = (): DraftState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  write(content: T): void {
    this.#next = { content };
    this.#become("unsaved");
    this.#wait(PAUSE);
  }

  /** Throws the draft away, also one whose saving is under way. */
  discard(): Promise<void> {
    this.#next = { content: null };
    return this.flush();
  }

  /** Saves now what is not saved yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // What runs takes up what has come meanwhile.
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#next) {
      const { content } = this.#next;
      this.#next = undefined;
      try {
        await this.send(content);
        if (!this.#next) this.#become(content === null ? "clean" : "saved");
      } catch (error) {
        this.#next ??= { content };
        this.#become("failed");
        if (!this.isFinal(error)) this.#wait(RETRY);
        return;
      }
    }
  }

  #wait(time: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), time);
  }

  #become(state: DraftState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
