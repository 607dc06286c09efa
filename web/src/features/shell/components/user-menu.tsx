import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Theme } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuSeparator } from "@/components/menu";
import { useMe, usePreferences } from "@/features/auth/api/session";
import { chooseLocale, locales, localeOverride, matchLocale } from "@/lib/i18n";
import { localeNames } from "@/lib/locale-names";
import { setTheme, useTheme } from "@/lib/theme";
import { useLeave } from "../hooks/use-leave";

const themes: readonly Theme[] = ["system", "light", "dark"];
/** Stands for "as the browser says" where a choice needs a value. */
const BROWSER = "browser";

/** Who is signed in, their theme and language, and the way out. */
export function UserMenu() {
  const { t } = useTranslation("shell");
  const { user } = useMe();
  const leave = useLeave();
  const theme = useTheme();
  const preferences = usePreferences();
  const role = useTranslation().t(`role.${user.role}`);

  const changeTheme = (next: string) => {
    const chosen = themes.find((each) => each === next) ?? "system";
    setTheme(chosen);
    preferences.mutate({ theme: chosen });
  };
  const changeLocale = (next: string) => {
    const chosen = matchLocale(next) ?? null;
    void chooseLocale(chosen);
    preferences.mutate({ locale: chosen });
  };
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-10 min-w-0 flex-1 items-center gap-2 rounded-md px-1.5 text-left text-sm hover:bg-hover"
        >
          <Avatar id={user.id} name={user.name} size="md" />
          <span className="min-w-0 leading-tight">
            <span className="block truncate">{user.name}</span>
            <span className="block truncate text-xs text-ink-3">{role}</span>
          </span>
        </button>
      }
    >
      <MenuHeading>
        <span className="block truncate text-xs text-ink-3">{user.email}</span>
      </MenuHeading>
      <MenuSeparator />
      <MenuChoice
        label={t("theme.label")}
        value={theme}
        onChange={changeTheme}
        options={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
      />
      <MenuSeparator />
      <MenuChoice
        label={t("language.label")}
        value={localeOverride() ?? BROWSER}
        onChange={changeLocale}
        options={[
          { value: BROWSER, label: t("language.browser") },
          ...locales.map((value) => ({ value, label: localeNames[value] })),
        ]}
      />
      <MenuSeparator />
      <MenuItem onSelect={leave}>
        <LogOut aria-hidden />
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}
