import { useEffect, useReducer, useRef } from "react";
import { useTranslation } from "react-i18next";
import { toastFailed } from "@/lib/toast";
import { deleteAttachment, uploadAttachment } from "../api/attachments";
import { fitting, isBusy, MOST_FILES, step, storedIds, type Upload } from "../model/uploads";

/** Files that are to go with something that is being written. */
export interface Uploads {
  list: readonly Upload[];
  /** Whether some are still on their way. */
  busy: boolean;
  /** Ids of those that are there, to be sent along. */
  ids: string[];
  add: (files: readonly File[]) => void;
  retry: (key: number) => void;
  remove: (key: number) => void;
  /** Forgets them all, once they went with something. */
  clear: () => void;
}

/** Sends files as they are chosen, so that they are there when the words are. */
export function useUploads(): Uploads {
  const { t } = useTranslation("attachments");
  const [list, dispatch] = useReducer(step, []);
  const sending = useRef(new Map<number, { file: File; abort: AbortController }>());
  const next = useRef(1);

  useEffect(() => {
    const left = sending.current;
    return () => left.forEach(({ abort }) => abort.abort());
  }, []);

  const send = (key: number, file: File) => {
    const abort = new AbortController();
    sending.current.set(key, { file, abort });
    uploadAttachment(file, (sent) => dispatch({ kind: "sent", key, sent }), abort.signal).then(
      (attachment) => dispatch({ kind: "stored", key, attachment }),
      (error: unknown) => abort.signal.aborted || dispatch({ kind: "failed", key, error }),
    );
  };
  return {
    list,
    busy: isBusy(list),
    ids: storedIds(list),
    add: (files) => {
      const { taken, left } = fitting(files, list.length);
      if (left > 0) toastFailed(t("tooMany", { count: MOST_FILES }));
      const uploads = taken.map((file) => ({ key: next.current++, name: file.name, size: file.size }));
      dispatch({ kind: "added", uploads });
      uploads.forEach(({ key }, n) => send(key, taken[n] as File));
    },
    retry: (key) => {
      const again = sending.current.get(key);
      if (!again) return;
      dispatch({ kind: "again", key });
      send(key, again.file);
    },
    remove: (key) => {
      sending.current.get(key)?.abort.abort();
      sending.current.delete(key);
      const attachment = list.find((upload) => upload.key === key)?.attachment;
      // What stays behind for want of a network is removed by the server tomorrow.
      if (attachment) void deleteAttachment(attachment.id).catch(() => undefined);
      dispatch({ kind: "removed", key });
    },
    clear: () => {
      sending.current.clear();
      dispatch({ kind: "cleared" });
    },
  };
}
