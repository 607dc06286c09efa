import { Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Comment } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Badge } from "@/components/badge";
import { RelativeTime } from "@/components/relative-time";
import { AttachmentList } from "@/features/attachments/components/attachment-list";
import { cn } from "@/lib/cn";
import { SafeHtml } from "@/lib/html";

/** Something somebody wrote. An internal note has another ground, a line, a lock and a word. */
export function CommentItem({ comment }: { comment: Comment }) {
  const { t } = useTranslation("tickets");
  const internal = comment.visibility === "internal";
  return (
    <li
      data-testid="comment"
      data-visibility={comment.visibility}
      className={cn(
        "my-2 rounded-md border px-3.5 py-3",
        internal ? "border-note-line border-l-3 bg-note" : "border-line bg-surface",
      )}
    >
      <div className="flex items-center gap-2 text-sm">
        <Avatar id={comment.author.id} name={comment.author.name} />
        <span className="truncate font-medium">{comment.author.name}</span>
        <RelativeTime value={comment.createdAt} className={cn("shrink-0 text-xs", internal ? "text-note-ink" : "text-ink-3")} />
        {internal && (
          <Badge tone="note" className="ml-auto">
            <Lock aria-hidden />
            {t("comment.internal")}
          </Badge>
        )}
      </div>
      {comment.body !== "" && (
        <div className="prose mt-1.5 pl-7.5">
          <SafeHtml html={comment.body} />
        </div>
      )}
      <AttachmentList files={comment.attachments} className="mt-2.5 pl-7.5" />
    </li>
  );
}
