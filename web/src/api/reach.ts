import type { ApiError } from "./error";

/** The parts of the product that can be away by themselves. */
export const services = ["identity", "ticket", "device", "scheduler"] as const;
export type Service = (typeof services)[number];
/** What may not answer: everything, or some services. */
export type Away = readonly (Service | "server")[];

/** Between two looks whether what is away is back, in milliseconds. */
const LOOK = 2000;
const nothing: Away = [];

/**
 * What of the product answers, learnt from every request. Once something does not, it is asked for again and
 * again until it does; `probe` gives the error, or nothing.
 */
export class Reach {
  #away: Away = nothing;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();

  constructor(private readonly probe: (what: Service | "server") => Promise<ApiError | undefined>) {}

  /** What is away now; the same array until it changes. */
  readonly away = (): Away => this.#away;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** An answer came: the server is there, whatever of it is not. */
  answered(): void {
    if (this.#away.includes("server")) this.#become(this.#away.filter((each) => each !== "server"));
  }

  /** A request failed; most failures say that it arrived. */
  failed(error: ApiError): void {
    const what = missing(error);
    if (!what) return this.answered();
    if (!this.#away.includes(what)) this.#become([...this.#away, what]);
  }

  /** Looks now: at the server when nothing is known to be away. */
  readonly look = async (): Promise<void> => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const asked: Away = this.#away.length > 0 ? this.#away : ["server"];
    const errors = await Promise.all(asked.map((each) => this.probe(each)));
    const still = new Set(errors.flatMap((error) => (error && missing(error)) ?? []));
    const others = this.#away.filter((each) => !asked.includes(each));
    this.#become([...new Set([...others, ...still])]);
  };

  #become(away: Away): void {
    const same = away.length === this.#away.length && away.every((each) => this.#away.includes(each));
    if (!same) {
      this.#away = away.length > 0 ? away : nothing;
      for (const listener of this.#listeners) listener();
    }
    if (away.length > 0) this.#timer ??= setTimeout(() => void this.look(), LOOK);
  }
}

/** What an error says is away. */
function missing(error: ApiError): Service | "server" | undefined {
  const service = services.find((each) => each === error.service);
  if (service) return service;
  // No answer, or one of a proxy that has none either.
  return [0, 502, 504].includes(error.status) ? "server" : undefined;
}
