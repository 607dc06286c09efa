import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { ariaKeys, useShortcuts } from "@/lib/shortcuts";
import { dismissToast, type Toast, toastStore } from "@/lib/toast";
import { Button } from "./button";
import { IconButton } from "./icon-button";

/** Where toasts appear: one for the whole panel. */
export function Toasts() {
  const { t } = useTranslation();
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.read);
  const newest = toasts.findLast((toast) => toast.action);
  useShortcuts({ undo: () => newest && act(newest) }, newest !== undefined);
  return createPortal(
    <section
      aria-label={t("notifications")}
      aria-live="polite"
      className="pointer-events-none fixed right-0 bottom-0 z-50 flex w-full max-w-sm flex-col gap-2 p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]"
    >
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>,
    document.body,
  );
}

function act(toast: Toast): void {
  toast.action?.run();
  dismissToast(toast.id);
}

function ToastCard({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const Icon = toast.tone === "done" ? CircleCheck : CircleAlert;
  return (
    <div
      role={toast.tone === "failed" ? "alert" : "status"}
      data-testid="toast"
      className="pointer-events-auto flex animate-rise items-start gap-2.5 rounded-md bg-raised py-2 pr-2 pl-3 text-sm shadow-float"
    >
      <Icon
        aria-hidden
        className={toast.tone === "done" ? "mt-1 size-4 shrink-0 text-accent" : "mt-1 size-4 shrink-0 text-danger"}
      />
      <div className="min-w-0 flex-1 py-0.5">
        <p>{toast.text}</p>
        {toast.detail && <code className="block text-xs break-all text-ink-3">{toast.detail}</code>}
      </div>
      {toast.action && (
        <Button
          size="sm"
          variant="ghost"
          className="text-accent-ink"
          aria-keyshortcuts={ariaKeys("undo")}
          onClick={() => act(toast)}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton label={t("close")} size="icon-sm" onClick={() => dismissToast(toast.id)}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
