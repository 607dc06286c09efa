import { Outlet, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/features/auth/api/session";
import { DemoMark } from "@/features/auth/components/demo-mark";
import { SignInAgain } from "@/features/auth/components/sign-in-again";
import { SessionGuard } from "@/features/auth/hooks/session-guard";
import { useApplyPreferences } from "../hooks/use-apply-preferences";
import { LiveUpdatesProvider } from "../hooks/live-updates";
import { useShellHotkeys } from "../hooks/use-shell-hotkeys";
import { CommandPalette } from "./command-palette";
import { ConnectionBar } from "./connection-bar";
import { MentionToasts } from "./mention-toasts";
import { MobileBar } from "./mobile-bar";
import { Rail } from "./rail";
import { ShortcutSheet } from "./shortcut-sheet";

export type ShellOverlay = "palette" | "shortcuts" | "rail" | null;

/** The frame of the signed-in part: the rail, what floats over every page, and the page. */
export function Shell() {
  return (
    <SessionGuard>
      <Frame />
      <SignInAgain />
    </SessionGuard>
  );
}

function Frame() {
  const { t } = useTranslation("shell");
  const me = useMe();
  const [overlay, setOverlay] = useState<ShellOverlay>(null);
  const [shownAt, setShownAt] = useState<string>();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  // Whoever goes somewhere has done with what lay over the page.
  if (pathname !== shownAt) {
    setShownAt(pathname);
    setOverlay(null);
  }
  useApplyPreferences(me.preferences);
  useShellHotkeys(setOverlay);
  const close = () => setOverlay(null);
  return (
    <LiveUpdatesProvider>
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-sm text-on-accent focus:translate-y-0"
      >
        {t("skipToContent")}
      </a>
      <div className="flex h-full flex-col md:flex-row">
        <MobileBar onMenu={() => setOverlay("rail")} onSearch={() => setOverlay("palette")} />
        <Rail
          open={overlay === "rail"}
          onClose={close}
          onSearch={() => setOverlay("palette")}
          onShortcuts={() => setOverlay("shortcuts")}
        />
        <main
          id="main"
          tabIndex={-1}
          className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface outline-none md:border-l md:border-line"
        >
          <DemoMark />
          <ConnectionBar />
          <MentionToasts />
          <Outlet />
        </main>
      </div>
      <CommandPalette open={overlay === "palette"} onOpenChange={(open) => setOverlay(open ? "palette" : null)} />
      <ShortcutSheet open={overlay === "shortcuts"} onOpenChange={(open) => setOverlay(open ? "shortcuts" : null)} />
    </LiveUpdatesProvider>
  );
}
