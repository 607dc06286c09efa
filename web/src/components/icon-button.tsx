import type { ComponentProps } from "react";
import { ariaKeys, type ShortcutId } from "@/lib/shortcuts";
import { Button } from "./button";
import { Tooltip } from "./tooltip";

interface IconButtonProps extends ComponentProps<typeof Button> {
  /** The button's name, for ears and in the tooltip. */
  label: string;
  /** The key that does the same. */
  shortcut?: ShortcutId;
}

/** A button that shows a picture only, and still says what it is. */
export function IconButton({ label, shortcut, variant = "ghost", size = "icon", ...props }: IconButtonProps) {
  return (
    <Tooltip label={label} shortcut={shortcut}>
      <Button variant={variant} size={size} aria-label={label} aria-keyshortcuts={shortcut && ariaKeys(shortcut)} {...props} />
    </Tooltip>
  );
}
