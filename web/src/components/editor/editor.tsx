import { lazy, Suspense } from "react";
import { Skeleton } from "@/components/skeleton";
import { EditorFrame } from "./editor-frame";
import type { EditorProps } from "./types";

const load = () => import("./editor-surface");
const Surface = lazy(load);

/** Fetches the editor before it is shown. */
export function preloadEditor(): void {
  // One that cannot be fetched says so when it is needed.
  load().catch(() => undefined);
}

/**
 * Where formatted text is written. It comes as a chunk of its own. Until it is there nothing acts: a file
 * chosen by a button that goes away with its place would be lost.
 */
export function Editor(props: EditorProps) {
  return (
    <Suspense
      fallback={
        <EditorFrame {...props} toolbar={null} actions={null}>
          <div className={props.className}>
            <Skeleton className="h-4 w-2/5" />
          </div>
        </EditorFrame>
      }
    >
      <Surface {...props} />
    </Suspense>
  );
}
