import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";

/** Handlers of a place that takes files by drop and by paste, and whether some hover above it. */
export function useFileDrop(onFiles: (files: File[]) => void, enabled = true) {
  const [over, setOver] = useState(false);
  // Entering a child is told before the parent is left.
  const depth = useRef(0);
  const leave = () => {
    depth.current = 0;
    setOver(false);
  };
  const carries = (event: DragEvent) => enabled && event.dataTransfer.types.includes("Files");
  return {
    over: over && enabled,
    handlers: {
      onDragEnter: (event: DragEvent) => {
        if (!carries(event)) return;
        event.preventDefault();
        depth.current += 1;
        setOver(true);
      },
      onDragOver: (event: DragEvent) => {
        if (carries(event)) event.preventDefault();
      },
      onDragLeave: (event: DragEvent) => {
        if (!carries(event)) return;
        depth.current -= 1;
        if (depth.current <= 0) leave();
      },
      onDrop: (event: DragEvent) => {
        if (!carries(event)) return;
        event.preventDefault();
        leave();
        onFiles([...event.dataTransfer.files]);
      },
      onPasteCapture: (event: ClipboardEvent) => {
        const files = [...event.clipboardData.files];
        // Office programs put a picture of a copied text beside the text: the text is meant.
        if (!enabled || files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
        event.preventDefault();
        event.stopPropagation();
        onFiles(files);
      },
    },
  };
}
