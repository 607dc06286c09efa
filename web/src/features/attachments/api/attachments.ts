import { queryOptions } from "@tanstack/react-query";
import { asOwner, body, client, tellRefused } from "@/api/client";
import { ApiError } from "@/api/error";
import { allPages } from "@/api/pages";
import type { Attachment, Problem } from "@/api/types";

/** Files of a ticket that the caller may see: the description's and the comments'. */
export const ticketFilesQuery = (id: string) =>
  queryOptions({
    queryKey: ["tickets", "item", id, "attachments"],
    queryFn: ({ signal }): Promise<Attachment[]> =>
      allPages((query) =>
        body(client.GET("/api/tickets/{id}/attachments", { params: { path: { id }, query }, signal })),
      ),
  });

/** Where a file's bytes are. */
export function attachmentUrl(id: string): string {
  return `/api/attachments/${id}`;
}

/** Throws away a file that came with nothing yet. */
export async function deleteAttachment(id: string): Promise<void> {
  await client.DELETE("/api/attachments/{id}", { params: { path: { id } } });
}

/** Sends a file and tells how far it is, from 0 to 1. Not `fetch`: that cannot tell. */
export function uploadAttachment(
  file: File,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => {
      const answer = parsed(request.responseText);
      if (request.status === 201) return resolve(answer as Attachment);
      const error = new ApiError(request.status, answer as Partial<Problem>);
      tellRefused(error);
      reject(error);
    });
    request.addEventListener("error", () => reject(ApiError.unreachable()));
    request.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", "/api/attachments");
    for (const [name, value] of Object.entries(asOwner())) request.setRequestHeader(name, value);
    request.send(form);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
