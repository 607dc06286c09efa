import { Keyboard, Search, X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { Kbd } from "@/components/kbd";
import { Logo } from "@/components/logo";
import { useMe } from "@/features/auth/api/session";
import { useDialogFocus } from "@/lib/focus";
import { ariaKeys, keysOf } from "@/lib/shortcuts";
import { RailLinks } from "./rail-links";
import { UserMenu } from "./user-menu";

interface RailProps {
  /** Slid over the page, where the page is too narrow for both. */
  open: boolean;
  onClose: () => void;
  onSearch: () => void;
  onShortcuts: () => void;
}

/** The left rail: where one can go. A drawer on a phone. */
export function Rail({ open, onClose, ...content }: RailProps) {
  return (
    <>
      <div className="hidden w-56 shrink-0 md:block">
        <RailContent {...content} />
      </div>
      <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
        <Radix.Portal>
          <Drawer {...content} />
        </Radix.Portal>
      </Radix.Root>
    </>
  );
}

function Drawer(content: Pick<RailProps, "onSearch" | "onShortcuts">) {
  const { t } = useTranslation("shell");
  const focus = useDialogFocus();
  return (
    <>
      <div className="fixed inset-0 z-30 animate-appear bg-scrim" aria-hidden />
      <Radix.Content
        aria-describedby={undefined}
        {...focus}
        className="fixed inset-y-0 left-0 z-30 w-64 max-w-[85vw] animate-slide bg-canvas shadow-float focus:outline-none"
      >
        <Radix.Title className="sr-only">{t("menu")}</Radix.Title>
        <Radix.Close asChild>
          <IconButton label={t("closeMenu")} className="absolute top-2 right-2">
            <X aria-hidden />
          </IconButton>
        </Radix.Close>
        <RailContent {...content} />
      </Radix.Content>
    </>
  );
}

function RailContent({ onSearch, onShortcuts }: Pick<RailProps, "onSearch" | "onShortcuts">) {
  const { t } = useTranslation("shell");
  const { tenant } = useMe();
  return (
    <nav aria-label={t("menu")} className="flex h-full flex-col gap-3 p-3">
      <div className="flex h-8 items-center gap-2 px-1 pr-10 md:pr-1">
        <Logo className="size-5 shrink-0" />
        <span className="truncate font-medium" title={tenant.name}>
          {tenant.name}
        </span>
      </div>
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts={ariaKeys("palette")}
        className="flex h-8 shrink-0 items-center gap-2 rounded-md border border-line-2 bg-surface px-2 text-sm text-ink-3 hover:border-edge"
      >
        <Search className="size-3.5" aria-hidden />
        {t("palette.open")}
        <span className="ml-auto flex gap-0.5" aria-hidden>
          {keysOf("palette").map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      </button>
      <RailLinks />
      <div className="mt-auto flex items-center gap-1">
        <UserMenu />
        <IconButton label={t("shortcuts.title")} shortcut="sheet" onClick={onShortcuts}>
          <Keyboard aria-hidden />
        </IconButton>
      </div>
    </nav>
  );
}
