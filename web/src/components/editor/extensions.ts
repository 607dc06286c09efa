import type { Extensions } from "@tiptap/core";
import { Mention, type MentionNodeAttrs } from "@tiptap/extension-mention";
import { Placeholder } from "@tiptap/extensions";
import { StarterKit } from "@tiptap/starter-kit";
import type { SuggestionOptions } from "@tiptap/suggestion";
import type { Mentionable } from "./types";

/** How the list of people to mention is driven. */
export type MentionSuggestion = Omit<SuggestionOptions<Mentionable, MentionNodeAttrs>, "editor">;

interface Options {
  placeholder: () => string;
  /** Without it mentions are shown, and none can be made. */
  mentions: MentionSuggestion | undefined;
}

/** What a text may have: what the service keeps of it, and no more. */
export function editorExtensions({ placeholder, mentions }: Options): Extensions {
  return [
    StarterKit.configure({
      heading: { levels: [1, 2, 3] },
      link: {
        openOnClick: false,
        defaultProtocol: "https",
        protocols: ["mailto", "tel"],
        // The service says how a link opens, not whoever wrote it.
        HTMLAttributes: { target: null, rel: null, class: null },
      },
    }),
    Placeholder.configure({ placeholder, showOnlyWhenEditable: false }),
    MentionOfUser.configure(mentions ? { suggestion: mentions } : { suggestion: { allow: () => false } }),
  ];
}

/** A mention as the service knows it: `<span data-mention="id">@Name</span>`. */
const MentionOfUser = Mention.extend({
  addAttributes() {
    return {
      id: {
        default: null,
        parseHTML: (element) => element.getAttribute("data-mention"),
        renderHTML: (attributes) => ({ "data-mention": attributes["id"] }),
      },
      label: {
        default: "",
        parseHTML: (element) => (element.textContent ?? "").replace(/^@/, ""),
        renderHTML: () => ({}),
      },
    };
  },
  parseHTML() {
    return [{ tag: "span[data-mention]" }];
  },
  renderHTML({ node, HTMLAttributes }) {
    return ["span", HTMLAttributes, `@${node.attrs["label"]}`];
  },
  renderText({ node }) {
    return `@${node.attrs["label"]}`;
  },
});
