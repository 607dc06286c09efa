import type { Plugin } from "vite";

/** Fails a production build that holds modules of `folder`, which are to look at while developing. */
export function developmentOnly(folder: string): Plugin {
  return {
    name: "development-only",
    apply: "build",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const found = chunk.moduleIds.find((id) => id.includes(folder));
        if (found) this.error(`${found} is in ${chunk.fileName}: it is for development only`);
      }
    },
  };
}
