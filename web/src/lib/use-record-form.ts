import { useState } from "react";
import { isStatus } from "@/api/error";
import { changedFields, changesOf, type Texts } from "./record-form";

interface Options<R extends { version: number }, V extends Texts> {
  /** The record as it is shown; the form follows it until somebody types. */
  record: R;
  /** What of the record is edited. */
  read: (record: R) => V;
  /** Saves `changes` on top of `version`; a stale one is refused with 412. */
  save: (version: number, changes: Partial<V>) => Promise<R>;
  /** The record as it is now. */
  reload: () => Promise<R>;
}

/** A save that was refused because somebody else had saved in between. */
export interface Collision<V extends Texts> {
  /** What is saved now. */
  theirs: V;
  /** The fields they changed. */
  fields: (keyof V & string)[];
}

/**
 * The texts of a form on top of a record that others may change meanwhile. What was typed is kept until
 * it is saved or given up: a stale save tells what the others saved and leaves the choice; when they saved
 * something this form does not show, there is nothing to choose and the save is repeated.
 */
export function useRecordForm<R extends { version: number }, V extends Texts>(options: Options<R, V>) {
  const { record, read, save, reload } = options;
  const [draft, setDraft] = useState<{ base: R; values: V }>();
  const [collision, setCollision] = useState<Collision<V> & { now: R }>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const base = draft?.base ?? record;
  const values = draft?.values ?? read(record);
  const dirty = changedFields(read(base), values).length > 0;

  const drop = () => {
    setDraft(undefined);
    setCollision(undefined);
    setError(undefined);
  };

  const attempt = async (from: R): Promise<boolean> => {
    const changes = changesOf(read(from), values);
    if (Object.keys(changes).length === 0) {
      drop();
      return true;
    }
    try {
      await save(from.version, changes);
      drop();
      return true;
    } catch (refusal) {
      if (!isStatus(refusal, 412)) {
        setError(refusal);
        return false;
      }
    }
    try {
      const now = await reload();
      const fields = changedFields(read(from), read(now));
      if (fields.length === 0 && now.version !== from.version) return await attempt(now);
      setCollision({ theirs: read(now), fields, now });
    } catch (unreadable) {
      setError(unreadable);
    }
    return false;
  };

  const submit = async (from: R): Promise<boolean> => {
    setBusy(true);
    setError(undefined);
    setCollision(undefined);
    try {
      return await attempt(from);
    } finally {
      setBusy(false);
    }
  };

  return {
    values,
    dirty,
    busy,
    error,
    collision: collision as Collision<V> | undefined,
    set: (field: keyof V & string, value: string) => setDraft({ base, values: { ...values, [field]: value } }),
    /** Saves what was typed; true when it is saved. */
    submit: () => submit(base),
    /** Saves what was typed on top of what the others saved. */
    overwrite: () => submit(collision?.now ?? base),
    /** Gives up what was typed. */
    drop,
  };
}
