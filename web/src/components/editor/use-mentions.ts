import { type Dispatch, type SetStateAction, useState } from "react";
import { useLatest } from "@/lib/use-latest";
import type { MentionSuggestion } from "./extensions";
import { matching } from "./mention";
import type { FindPeople, Mentionable } from "./types";

/** The most people offered at once. */
const MOST = 8;

/** The list while it is open. */
export interface OpenMentions {
  people: Mentionable[];
  loading: boolean;
  /** Where the `@` is. */
  place: DOMRect | null;
  pick: (person: Mentionable) => void;
}

type SuggestionProps = Parameters<
  NonNullable<ReturnType<NonNullable<MentionSuggestion["render"]>>["onUpdate"]>
>[0];

interface State {
  open: OpenMentions;
  /** Which of the people Enter takes. */
  active: number;
}

/** People offered after an `@`: what the editor needs to drive the list, and the list as it is. */
export function useMentions(find: FindPeople | undefined) {
  const [state, setState] = useState<State>();
  const latest = useLatest({ state, find });
  const [mentions] = useState(() => (find ? suggestion(latest, setState) : undefined));
  return { mentions, open: state?.open, active: state?.active ?? 0 };
}

function suggestion(
  latest: () => { state: State | undefined; find: FindPeople | undefined },
  setState: Dispatch<SetStateAction<State | undefined>>,
): MentionSuggestion {
  const show = (props: SuggestionProps) =>
    setState((before) => {
      // Those shown stay while others are asked for, as far as they still fit: nobody is picked by mistake.
      const people = props.loading ? matching(before?.open.people ?? [], props.query) : props.items;
      const pick = ({ id, name }: Mentionable) => props.command({ id, label: name });
      const open = { people, loading: props.loading, place: props.clientRect?.() ?? null, pick };
      const marked = before?.open.people[before.active];
      return { open, active: Math.max(people.findIndex((person) => person.id === marked?.id), 0) };
    });
  const pressed = ({ key }: KeyboardEvent): boolean => {
    const { state } = latest();
    if (!state || state.open.people.length === 0) return false;
    const { open, active } = state;
    const move = (by: number) => setState({ open, active: (active + by + open.people.length) % open.people.length });
    const person = open.people[active];
    if (key === "ArrowDown") move(1);
    else if (key === "ArrowUp") move(-1);
    else if ((key === "Enter" || key === "Tab") && person) open.pick(person);
    else return false;
    return true;
  };
  return {
    char: "@",
    allowedPrefixes: [" ", "("],
    debounce: 120,
    items: async ({ query }) => (await latest().find?.(query))?.slice(0, MOST) ?? [],
    render: () => ({
      onStart: show,
      onUpdate: show,
      onExit: () => setState(undefined),
      onKeyDown: ({ event }) => pressed(event),
    }),
  };
}
