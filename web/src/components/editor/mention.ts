import type { Mentionable } from "./types";

/** Those whose name has `text` in it, without regard to case and accents. */
export function matching(people: readonly Mentionable[], text: string): Mentionable[] {
  const wanted = fold(text);
  return people.filter(({ name }) => fold(name).includes(wanted));
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

interface Place {
  top: number;
  bottom: number;
  left: number;
}

/** Where a list of `width` × at most `height` goes beside `place`, within a window: below, or above where there is more room. */
export function beside(place: Place, size: { width: number; height: number }, view: { width: number; height: number }) {
  const gap = 4;
  const left = Math.max(gap, Math.min(place.left, view.width - size.width - gap));
  const below = view.height - place.bottom;
  if (below < size.height + gap && place.top > below) return { left, bottom: view.height - place.top + gap };
  return { left, top: place.bottom + gap };
}
