import type { Editor } from "@tiptap/core";
import { useEffect, useId } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/avatar";
import { cn } from "@/lib/cn";
import { beside } from "./mention";
import type { OpenMentions } from "./use-mentions";

const SIZE = { width: 256, height: 288 };

interface MentionListProps {
  open: OpenMentions;
  /** Which of them Enter takes. */
  active: number;
  editor: Editor;
}

/** People to mention, where the `@` is. The focus stays in the text. */
export function MentionList({ open, active, editor }: MentionListProps) {
  const { t } = useTranslation("editor");
  const id = useId();
  const { people, loading, place, pick } = open;
  const marked = people[active];
  useEffect(() => {
    const text = editor.view.dom;
    text.setAttribute("aria-controls", id);
    if (marked) text.setAttribute("aria-activedescendant", `${id}-${marked.id}`);
    return () => {
      text.removeAttribute("aria-controls");
      text.removeAttribute("aria-activedescendant");
    };
  }, [editor, id, marked]);
  if (!place) return null;
  return (
    <div
      id={id}
      role="listbox"
      tabIndex={-1}
      aria-label={t("mention.people")}
      aria-busy={loading}
      className="fixed z-50 max-h-72 w-64 animate-appear overflow-y-auto rounded-md bg-raised p-1 text-sm shadow-float"
      style={beside(place, SIZE, { width: window.innerWidth, height: window.innerHeight })}
      // The text keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
    >
      {people.map((person) => (
        <div
          key={person.id}
          id={`${id}-${person.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={person === marked}
          ref={person === marked ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
          onClick={() => pick(person)}
          onKeyDown={(event) => event.key === "Enter" && pick(person)}
          className={cn("flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1 hover:bg-hover", person === marked && "bg-active")}
        >
          <Avatar id={person.id} name={person.name} />
          <span className="min-w-0 truncate">{person.name}</span>
        </div>
      ))}
      {people.length === 0 && (
        <p role="status" className="px-2 py-1.5 text-ink-3">
          {t(loading ? "mention.loading" : "mention.nobody")}
        </p>
      )}
    </div>
  );
}
