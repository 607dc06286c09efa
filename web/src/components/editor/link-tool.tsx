import type { Editor } from "@tiptap/core";
import { Link2 } from "lucide-react";
import { Toolbar } from "radix-ui";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Field, Input } from "@/components/field";
import { IconButton } from "@/components/icon-button";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/popover";
import { cn } from "@/lib/cn";
import { toHref } from "./href";

interface LinkToolProps {
  editor: Editor;
  disabled: boolean;
  /** Whether the text at the cursor is a link. */
  pressed: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Makes a link of what is selected, or of the address itself; changes and removes the one at the cursor. */
export function LinkTool({ editor, disabled, pressed, open, onOpenChange }: LinkToolProps) {
  const { t } = useTranslation("editor");
  return (
    <Popover open={open} onOpenChange={onOpenChange}>
      <Toolbar.Button asChild disabled={disabled}>
        <PopoverTrigger asChild>
          <IconButton
            label={t("link.action")}
            shortcut="link"
            size="icon-sm"
            aria-pressed={pressed}
            className={cn(pressed && "bg-active text-ink")}
          >
            <Link2 aria-hidden />
          </IconButton>
        </PopoverTrigger>
      </Toolbar.Button>
      <PopoverContent
        className="w-80 max-w-[calc(100vw-1rem)] p-3"
        // Back into the text, not to the button.
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          editor.commands.focus();
        }}
      >
        <LinkForm editor={editor} pressed={pressed} onDone={() => onOpenChange(false)} />
      </PopoverContent>
    </Popover>
  );
}

function LinkForm({ editor, pressed, onDone }: { editor: Editor; pressed: boolean; onDone: () => void }) {
  const { t } = useTranslation("editor");
  const [typed, setTyped] = useState(() => String(editor.getAttributes("link")["href"] ?? ""));
  const [refused, setRefused] = useState(false);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    // Not the form of what the text belongs to.
    event.stopPropagation();
    const href = toHref(typed);
    if (href === undefined) {
      setRefused(true);
      return;
    }
    const chain = editor.chain().extendMarkRange("link");
    if (editor.state.selection.empty && !pressed) {
      chain.insertContent({ type: "text", text: typed.trim(), marks: [{ type: "link", attrs: { href } }] }).run();
    } else {
      chain.setLink({ href }).run();
    }
    onDone();
  };
  const remove = () => {
    editor.chain().extendMarkRange("link").unsetLink().run();
    onDone();
  };
  return (
    <form onSubmit={apply} className="flex flex-col gap-3">
      <Field label={t("link.address")} error={refused ? t("link.invalid") : undefined}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            inputMode="url"
            autoComplete="off"
            value={typed}
            placeholder="https://"
            onChange={(event) => {
              setTyped(event.target.value);
              setRefused(false);
            }}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        {pressed && (
          <Button size="sm" onClick={remove}>
            {t("link.remove")}
          </Button>
        )}
        <Button size="sm" variant="primary" type="submit">
          {t("link.apply")}
        </Button>
      </div>
    </form>
  );
}
