import { useTranslation } from "react-i18next";
import type { Change, TimelineEntry } from "@/api/types";
import { useActorName } from "@/lib/use-actor-name";
import { type ChangedField, fieldOf, toldChanges } from "../model/timeline";
import { priorities } from "../model/filter";

const pauseReasons = ["waiting_requester", "waiting_third_party", "scheduled", "break", "other"] as const;

/** Tells an entry of the timeline in sentences of the user's language. */
export function useTimelineText(): (entry: TimelineEntry) => string[] {
  const { t } = useTranslation("tickets");
  const common = useTranslation().t;
  const nameOf = useActorName();

  const priorityName = (value: string | null | undefined) => {
    const known = priorities.find((each) => each === value);
    return known ? common(`priority.${known}`) : (value ?? t("none"));
  };
  const valueText = (name: ChangedField, change: Change, side: "old" | "new"): string => {
    const value = side === "old" ? change.oldValue : change.newValue;
    const label = side === "old" ? change.oldLabel : change.newLabel;
    if (name === "priority") return priorityName(value);
    if (name === "subject") return value ? `“${value}”` : t("none");
    return label || (value ? t("timeline.unknown") : t("none"));
  };
  const changeText = (actor: string, change: Change & { name: ChangedField }): string => {
    const { name } = change;
    if (name === "description") return t("timeline.changedText", { actor, field: t("field.description") });
    if (name === "assignee") {
      const to = change.newLabel;
      return to ? t("timeline.assigned", { actor, to }) : t("timeline.unassigned", { actor });
    }
    return t("timeline.changed", {
      actor,
      field: t(`field.${name as Exclude<ChangedField, "pauseReason">}`),
      from: valueText(name, change, "old"),
      to: valueText(name, change, "new"),
    });
  };
  const head = (entry: TimelineEntry, actor: string): string | undefined => {
    const reason = entry.changes.find((change) => fieldOf(change) === "pauseReason")?.newValue;
    const known = pauseReasons.find((each) => each === reason);
    switch (entry.type) {
      case "created":
        return t("timeline.created", { actor });
      case "started":
        return t("timeline.started", { actor });
      case "paused":
        return known
          ? t("timeline.pausedFor", { actor, reason: t(`pauseReason.${known}`) })
          : t("timeline.paused", { actor });
      case "resolved":
        return t("timeline.resolved", { actor });
      case "reopened":
        return t("timeline.reopened", { actor });
      case "chat_started":
        return t("timeline.chatStarted", { actor });
      case "chat_ended":
        return t("timeline.chatEnded", { actor });
      default:
        return undefined;
    }
  };
  return (entry) => {
    const actor = nameOf(entry.actor);
    const first = head(entry, actor);
    const changes = toldChanges(entry)
      // Play by somebody nobody had the ticket before: playing says it.
      .filter((change) => entry.type !== "started" || change.name !== "assignee")
      .map((change) => changeText(actor, change));
    const sentences = first ? [first, ...changes] : changes;
    return sentences.length > 0 ? sentences : [t("timeline.somehow", { actor })];
  };
}
