import { EditorContent, useEditor } from "@tiptap/react";
import type { EditorProps as EngineProps } from "@tiptap/pm/view";
import { useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { useLatest } from "@/lib/use-latest";
import { EditorFrame } from "./editor-frame";
import { editorExtensions } from "./extensions";
import { MentionList } from "./mention-list";
import { EditorToolbar } from "./toolbar";
import type { EditorProps } from "./types";
import { useMentions } from "./use-mentions";

/** The editor itself. Fetched when it is needed, see `Editor`. */
export default function EditorSurface(props: EditorProps) {
  const { label, value, disabled = false, className, id, describedBy, invalid, ref } = props;
  const latest = useLatest(props);
  /** What the text is by our last word, so that only another's word replaces it. */
  const known = useRef(value);
  const { mentions, open, active } = useMentions(props.findPeople);
  const [initial] = useState(() => ({ content: value, autofocus: props.autoFocus ? ("end" as const) : false }));
  const [extensions] = useState(() =>
    editorExtensions({ placeholder: () => latest().placeholder ?? "", mentions }),
  );
  const [linking, setLinking] = useState(false);

  const editorProps = useMemo(
    () => ({
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": label,
        "aria-disabled": String(disabled),
        tabindex: disabled ? "-1" : "0",
        class: cn("prose outline-none", className),
        ...(id && { id }),
        ...(describedBy && { "aria-describedby": describedBy }),
        ...(invalid && { "aria-invalid": "true" }),
      },
      ...keys(latest, () => setLinking(true)),
    }),
    [label, disabled, className, id, describedBy, invalid, latest],
  );

  const editor = useEditor({
    ...initial,
    extensions,
    editorProps,
    editable: !disabled,
    // The content security policy allows no `<style>`: what ProseMirror needs is in `styles.css`.
    injectCSS: false,
    onUpdate: ({ editor }) => {
      const html = editor.isEmpty ? "" : editor.getHTML();
      if (html === known.current) return;
      known.current = html;
      latest().onChange(html);
    },
  });
  useEffect(() => {
    if (editor.isEditable === disabled) editor.setEditable(!disabled, false);
  }, [editor, disabled]);
  useEffect(() => {
    if (value === known.current) return;
    known.current = value;
    editor.commands.setContent(value, { emitUpdate: false });
  }, [editor, value]);
  useImperativeHandle(ref, () => ({ focus: () => void editor.commands.focus() }), [editor]);

  return (
    <EditorFrame
      {...props}
      toolbar={<EditorToolbar editor={editor} disabled={disabled} linking={linking} onLinking={setLinking} />}
    >
      <EditorContent
        editor={editor}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.defaultPrevented) return;
          if (props.onEscape) props.onEscape();
          else editor.commands.blur();
        }}
      />
      {open && <MentionList open={open} active={active} editor={editor} />}
    </EditorFrame>
  );
}

/** What the editor does with keys before the engine does. */
function keys(props: () => EditorProps, link: () => void) {
  return {
    handleKeyDown: (view, event) => {
      if (!event.ctrlKey && !event.metaKey) return false;
      const { onSubmit } = props();
      if (event.key === "Enter" && onSubmit) {
        onSubmit();
        return true;
      }
      // Without a selection Ctrl K is the panel's.
      if (event.key.toLowerCase() !== "k" || view.state.selection.empty) return false;
      link();
      return true;
    },
  } satisfies EngineProps;
}
