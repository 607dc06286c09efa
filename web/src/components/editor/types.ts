import type { ReactNode, Ref } from "react";

/** Somebody who can be mentioned. */
export interface Mentionable {
  id: string;
  name: string;
}

/** Finds people to mention by part of their name. */
export type FindPeople = (text: string) => Promise<Mentionable[]>;

export interface EditorHandle {
  focus: () => void;
}

/** What stands around the text: the same while the editor is on its way. */
export interface EditorSlots {
  /** Below the text: files that will come with it. */
  attachments?: ReactNode;
  /** Before the tools. */
  leading?: ReactNode;
  /** At the end of the line of tools. */
  actions?: ReactNode;
  /** Draws a border as other fields have; without, what is around it does. */
  framed?: boolean;
  disabled?: boolean;
}

export interface EditorProps extends EditorSlots {
  /** What it is for, for ears. */
  label: string;
  placeholder?: string;
  /** HTML; the empty string when there is nothing. What comes from outside replaces what is there. */
  value: string;
  onChange: (html: string) => void;
  /** Ctrl Enter. */
  onSubmit?: () => void;
  /** Escape; without it the text loses the focus. */
  onEscape?: () => void;
  /** Finds people to mention by `@`; without it nobody is. Always given, or never. */
  findPeople?: FindPeople;
  autoFocus?: boolean;
  /** Of the text itself, for its height. */
  className?: string;
  id?: string;
  describedBy?: string;
  invalid?: boolean;
  ref?: Ref<EditorHandle>;
}
