import { useTranslation } from "react-i18next";
import type { DeviceTimelineEntry, UsbPolicyState } from "@/api/types";
import { formatBytes } from "@/lib/bytes";
import { formatDateTime } from "@/lib/time";
import { useActorName } from "@/lib/use-actor-name";
import { useLocale } from "@/lib/use-locale";
import { isAboutUsb, isFirstReport, kindOf, parseDisk, personOf, type ToldChange, toldChanges } from "../model/timeline";
import { policyOf, reasonOf } from "../model/usb-policy";

/** One fact that changed, in words. */
export interface ChangeWords {
  field: string;
  name: string;
  before: string | null;
  after: string | null;
}

/** An entry in words: a sentence, and the facts that changed where the sentence does not say them. */
export interface EntryWords {
  sentence: string;
  changes: ChangeWords[];
  /** Shown below the sentence. */
  note?: string;
}

/** Tells an entry of a device's timeline in the user's language. */
export function useTimelineText(): (entry: DeviceTimelineEntry) => EntryWords {
  const { t } = useTranslation("devices");
  const locale = useLocale();
  const actorName = useActorName();

  const nameOf = ({ fact, item, field }: ToldChange): string => {
    if (item) return t(`timeline.item.${item.list}`, { name: item.name });
    return fact ? t(`timeline.fact.${fact}`) : field;
  };
  const valueOf = ({ fact, item }: ToldChange, value: string | null): string | null => {
    if (value === null) return null;
    if (fact === "hardware.memoryBytes") return formatBytes(Number(value), locale);
    if (fact === "usbPolicyState") return t(`usb.state.${value as UsbPolicyState}`, { defaultValue: value });
    if (fact === "unknownSince") return formatDateTime(value, locale);
    if (fact === "persona") return t(`persona.${value === "manager" ? "manager" : "collaborator"}`);
    if (item?.list === "users") {
      const from = value.split(", ").map((each) => t(each === "remote" ? "loggedIn.remote" : "loggedIn.local"));
      return from.join(", ");
    }
    const disk = item?.list === "disks" ? parseDisk(value) : undefined;
    if (!disk) return value;
    const { fileSystem, totalBytes, freePercent } = disk;
    return t("timeline.diskValue", { fileSystem, total: formatBytes(totalBytes, locale), percent: freePercent });
  };
  const wordsOf = (change: ToldChange): ChangeWords => {
    const told = { field: change.field, name: nameOf(change) };
    // Notes are texts to read in their place, not in passing.
    if (change.fact === "notes") return { ...told, before: null, after: null };
    return { ...told, before: valueOf(change, change.before), after: valueOf(change, change.after) };
  };
  return (entry) => {
    const actor = actorName(entry.actor);
    if (isFirstReport(entry)) return { sentence: t("timeline.firstReport"), changes: [] };
    const kind = kindOf(entry);
    if (kind === "user_linked" || kind === "user_unlinked") {
      const person = personOf(entry) ?? t("timeline.somebody");
      return { sentence: t(`timeline.kind.${kind}`, { actor, person }), changes: [] };
    }
    if (kind && isAboutUsb(kind)) {
      const wanted = policyOf(entry.changes[0]?.newValue);
      const policy = wanted ? t(`usb.policy.${wanted}`) : t("unknown");
      const reason = reasonOf(entry.note);
      const note = reason ? t(`usb.reason.${reason}`) : entry.note;
      return { sentence: t(`timeline.kind.${kind}`, { actor, policy }), changes: [], note };
    }
    const sentence = kind ? t(`timeline.kind.${kind}`, { actor }) : t("timeline.unknown", { actor });
    const note = entry.ticketId ? "" : entry.note;
    return { sentence, changes: toldChanges(entry).map(wordsOf), note };
  };
}
