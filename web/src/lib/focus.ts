/**
 * For Radix's `onOpenAutoFocus`: focuses what opened, not its first button, which would be the cross
 * with its tooltip. What asks for the focus by `autoFocus` has it already, and this is not called.
 */
export function focusOpened(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}
