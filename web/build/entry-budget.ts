import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** The part of a built file that is looked at here. */
interface Chunk {
  type: string;
  fileName: string;
  isEntry?: boolean;
  imports?: string[];
  code?: string;
}

/** The entry and all it cannot start without, gzipped file by file as they are sent; in bytes. */
export function entrySize(bundle: Record<string, Chunk>): number {
  const wanted = Object.values(bundle).filter(({ isEntry }) => isEntry);
  const files = new Set(wanted);
  for (const chunk of files) {
    for (const name of chunk.imports ?? []) {
      const imported = bundle[name];
      if (imported) files.add(imported);
    }
  }
  return [...files].reduce((sum, { code }) => sum + gzipSync(code ?? "").length, 0);
}

/** Fails the build when the entry is larger than `limit` bytes, gzipped; says how large it is. */
export function entryBudget(limit: number): Plugin {
  return {
    name: "entry-budget",
    apply: "build",
    generateBundle: {
      // Only then each file has the names of those it fetches ahead.
      order: "post",
      handler(_, bundle) {
        const size = entrySize(bundle as Record<string, Chunk>);
        const told = `the entry is ${(size / 1000).toFixed(1)} kB gzipped, of at most ${limit / 1000} kB`;
        if (size > limit) this.error(told);
        this.info(told);
      },
    },
  };
}
