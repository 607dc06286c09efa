/** Something to say in passing. */
export interface Toast {
  id: number;
  tone: "done" | "failed";
  text: string;
  /** What helps to find the cause. */
  detail?: string;
  /** Undoes what was done. */
  action?: { label: string; run: () => void };
}

/** How long a toast stays, in milliseconds; failures stay until they are closed. */
const STAY = 6000;
/** More than these at once are not read: the oldest leaves. */
const MOST = 4;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function publish(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export const toastStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: () => toasts,
};

export function dismissToast(id: number): void {
  publish(toasts.filter((toast) => toast.id !== id));
}

function show(toast: Omit<Toast, "id">): void {
  const id = nextId++;
  // The same words twice are said once.
  const others = toasts.filter((each) => each.text !== toast.text);
  publish([...others, { ...toast, id }].slice(-MOST));
  if (toast.tone === "done") window.setTimeout(() => dismissToast(id), STAY);
}

/** Confirms what was done, with a way to undo it where there is one. */
export function toastDone(text: string, action?: Toast["action"]): void {
  show({ tone: "done", text, action });
}

/** Says what failed; `text` tells what to do about it. */
export function toastFailed(text: string, detail?: string): void {
  show({ tone: "failed", text, detail });
}
