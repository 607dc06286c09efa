import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { useInPortal } from "@/features/auth/api/session";
import { ErrorState } from "@/components/error-state";
import { Skeleton } from "@/components/skeleton";
import { cn } from "@/lib/cn";
import { storage } from "@/lib/storage";
import { commentsQuery, timelineQuery } from "../api/tickets";
import { portalEntries, tellStory } from "../model/timeline";
import { CommentItem } from "./comment-item";
import { TimelineItem } from "./timeline-item";

const views = ["all", "comments"] as const;
type View = (typeof views)[number];

/** What was said and what was done, as one story; the doings can be left out. */
export function Conversation({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const [view, setView] = useState<View>(() => (storage.get("story") === "comments" ? "comments" : "all"));
  const comments = useQuery(commentsQuery(ticket.id));
  const timeline = useQuery(timelineQuery(ticket.id));
  const choose = (next: View) => {
    setView(next);
    storage.set("story", next === "all" ? null : next);
  };
  const failed = comments.isError ? comments : timeline.isError ? timeline : undefined;
  const inPortal = useInPortal();
  const entries = inPortal ? portalEntries(timeline.data ?? []) : view === "all" ? (timeline.data ?? []) : [];
  const story = tellStory(comments.data ?? [], entries);
  return (
    <section aria-label={t("story.title")} className="mt-8">
      <header className="flex items-center justify-between border-b border-line pb-2">
        <h2 className="text-sm font-medium">{t("story.title")}</h2>
        {!inPortal && (
          <div role="group" aria-label={t("story.show")} className="flex gap-0.5 text-xs">
            {views.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={view === each}
                onClick={() => choose(each)}
                className={cn(
                  "h-6 rounded-sm px-2",
                  view === each ? "bg-active font-medium text-ink" : "text-ink-3 hover:bg-hover hover:text-ink",
                )}
              >
                {t(`story.${each}`)}
              </button>
            ))}
          </div>
        )}
      </header>
      {failed ? (
        <ErrorState error={failed.error} retry={() => void failed.refetch()} />
      ) : comments.isPending || timeline.isPending ? (
        <div className="flex flex-col gap-3 py-4">
          <Skeleton className="h-4 w-1/2" />
          <Skeleton className="h-16 w-full" />
        </div>
      ) : (
        <ol className="flex flex-col py-3" data-testid="story">
          {story.map((moment) =>
            moment.kind === "comment" ? (
              <CommentItem key={moment.id} comment={moment.comment} />
            ) : (
              <TimelineItem key={moment.id} entry={moment.entry} />
            ),
          )}
          {story.length === 0 && <li className="py-6 text-center text-sm text-ink-3">{t("story.empty")}</li>}
        </ol>
      )}
    </section>
  );
}
