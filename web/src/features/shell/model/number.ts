/** The ticket's number in what was typed, when nothing else is: `12` or `#12`. */
export function numberIn(typed: string): string | undefined {
  return /^#?([1-9]\d{0,8})$/.exec(typed.trim())?.[1];
}
