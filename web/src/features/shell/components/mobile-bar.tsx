import { Menu, Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/icon-button";
import { Logo } from "@/components/logo";

/** What is left of the rail on a phone. */
export function MobileBar({ onMenu, onSearch }: { onMenu: () => void; onSearch: () => void }) {
  const { t } = useTranslation("shell");
  const product = useTranslation().t("product");
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-2 md:hidden">
      <IconButton label={t("openMenu")} onClick={onMenu}>
        <Menu aria-hidden />
      </IconButton>
      <Logo className="size-5" />
      <span className="font-medium">{product}</span>
      <IconButton label={t("palette.open")} className="ml-auto" onClick={onSearch}>
        <Search aria-hidden />
      </IconButton>
    </div>
  );
}
