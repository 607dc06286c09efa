/** What a browser calls itself, in the words people know; null is for what we cannot tell. */
export interface Browser {
  name: string | null;
  system: string | null;
  /** Whether it runs on something held in the hand. */
  handheld: boolean;
}

/** Marks of browsers. Most pretend to be another too, so whoever pretends stands before what it pretends to be. */
const names: readonly [mark: RegExp, name: string][] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Headless)?Chrom(e|ium)\/|\bCriOS\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];

/** Marks of systems, in the same order of pretence. */
const systems: readonly [mark: RegExp, system: string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMacintosh\b|\bMac OS X\b/, "macOS"],
  [/\bLinux\b|\bX11\b/, "Linux"],
];

function find(marks: readonly [RegExp, string][], text: string): string | null {
  return marks.find(([mark]) => mark.test(text))?.[1] ?? null;
}

/** Reads the `User-Agent` of a browser. */
export function readUserAgent(text: string): Browser {
  const system = find(systems, text);
  const handheld = system === "iPhone" || system === "iPad" || system === "Android";
  return { name: find(names, text), system, handheld };
}
