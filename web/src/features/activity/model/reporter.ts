import type { Activity } from "@/api/types";

/** How often it is said again, in milliseconds; the server forgets after three times as long. */
export const REPEAT = 10_000;
/** How long after the last key somebody still counts as typing, in milliseconds. */
export const QUIET = 4_000;

type Typing = Extract<Activity, "typing" | "typing_internal">;

/** Says what one does at a ticket: at once when it changes, and again while it lasts. */
export class ActivityReporter {
  #activity: Activity = "left";
  #repeat: ReturnType<typeof setInterval> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly say: (activity: Activity) => void) {}

  /** The page is in sight. */
  arrive(): void {
    if (this.#activity !== "left") return;
    this.#change("viewing");
    this.#repeat = setInterval(() => this.say(this.#activity), REPEAT);
  }

  /** The page is out of sight, or gone. */
  leave(): void {
    clearInterval(this.#repeat);
    clearTimeout(this.#quiet);
    this.#change("left");
  }

  /** A key was pressed in something that is being written. */
  typed(what: Typing): void {
    if (this.#activity === "left") return;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.rested(), QUIET);
    this.#change(what);
  }

  /** What was being written was sent, or left alone. */
  rested(): void {
    clearTimeout(this.#quiet);
    if (this.#activity !== "left") this.#change("viewing");
  }

  #change(activity: Activity): void {
    if (this.#activity === activity) return;
    this.#activity = activity;
    this.say(activity);
  }
}
