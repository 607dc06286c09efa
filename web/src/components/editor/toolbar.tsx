import type { Editor } from "@tiptap/core";
import { useEditorState } from "@tiptap/react";
import { Bold, Code, Italic, List, ListOrdered, type LucideIcon, SquareCode, TextQuote } from "lucide-react";
import { Toolbar } from "radix-ui";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { cn } from "@/lib/cn";
import { LinkTool } from "./link-tool";

/** What a text gets; its keys are the editor engine's, under the same name in the registry. */
interface Tool {
  name: "bold" | "italic" | "bulletList" | "orderedList" | "blockquote" | "code" | "codeBlock";
  icon: LucideIcon;
  use: (editor: Editor) => void;
}

const marks: Tool[] = [
  { name: "bold", icon: Bold, use: (editor) => editor.chain().focus().toggleBold().run() },
  { name: "italic", icon: Italic, use: (editor) => editor.chain().focus().toggleItalic().run() },
];
const blocks: Tool[] = [
  { name: "bulletList", icon: List, use: (editor) => editor.chain().focus().toggleBulletList().run() },
  { name: "orderedList", icon: ListOrdered, use: (editor) => editor.chain().focus().toggleOrderedList().run() },
  { name: "blockquote", icon: TextQuote, use: (editor) => editor.chain().focus().toggleBlockquote().run() },
  { name: "code", icon: Code, use: (editor) => editor.chain().focus().toggleCode().run() },
  { name: "codeBlock", icon: SquareCode, use: (editor) => editor.chain().focus().toggleCodeBlock().run() },
];

interface EditorToolbarProps {
  editor: Editor;
  disabled: boolean;
  linking: boolean;
  onLinking: (open: boolean) => void;
}

/** What a text can be formatted with; one stop of the tab key, then the arrows. */
export function EditorToolbar({ editor, disabled, linking, onLinking }: EditorToolbarProps) {
  const { t } = useTranslation("editor");
  const on = useEditorState({
    editor,
    selector: ({ editor }) => [...marks, ...blocks, { name: "link" }].map(({ name }) => editor.isActive(name)),
  });
  const button = ({ name, icon: Icon, use }: Tool, pressed: boolean | undefined) => (
    <Toolbar.Button key={name} asChild disabled={disabled}>
      <IconButton
        label={t(`tool.${name}`)}
        shortcut={name}
        size="icon-sm"
        aria-pressed={pressed}
        className={cn(pressed && "bg-active text-ink")}
        // The text keeps the focus, and so its selection.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => use(editor)}
      >
        <Icon aria-hidden />
      </IconButton>
    </Toolbar.Button>
  );
  return (
    <Toolbar.Root aria-label={t("tools")} className="flex flex-wrap items-center gap-0.5">
      {marks.map((tool, index) => button(tool, on[index]))}
      <LinkTool editor={editor} disabled={disabled} pressed={on[marks.length + blocks.length] ?? false} open={linking} onOpenChange={onLinking} />
      {blocks.map((tool, index) => button(tool, on[marks.length + index]))}
    </Toolbar.Root>
  );
}
