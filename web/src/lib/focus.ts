import { useState } from "react";

/**
 * For what Radix shows in a dialog, mounted with it. The focus goes to what opened, not to its first button, which
 * would be the cross with its tooltip; what asks for it by `autoFocus` has it already. Afterwards it goes back to
 * what had it before, also where a key has opened the dialog and there is no trigger.
 */
export function useDialogFocus(): { onOpenAutoFocus: (event: Event) => void; onCloseAutoFocus: (event: Event) => void } {
  // While it is first rendered, nothing within can have taken it.
  const [before] = useState(() => document.activeElement);
  return {
    onOpenAutoFocus: (event) => {
      event.preventDefault();
      if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
    },
    onCloseAutoFocus: (event) => {
      if (!(before instanceof HTMLElement) || before === document.body || !before.isConnected) return;
      event.preventDefault();
      before.focus();
    },
  };
}
