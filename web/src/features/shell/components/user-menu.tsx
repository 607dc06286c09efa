import { Link } from "@tanstack/react-router";
import { CircleUserRound, LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/avatar";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuSeparator } from "@/components/menu";
import { useMe } from "@/features/auth/api/session";
import { useLook } from "@/features/auth/hooks/use-look";
import { useLeave } from "../hooks/use-leave";

/** Who is signed in, their account, theme and language, and the way out. */
export function UserMenu() {
  const { t } = useTranslation("shell");
  const { user } = useMe();
  const leave = useLeave();
  const { theme, language } = useLook();
  const role = useTranslation().t(`role.${user.role}`);
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
      <MenuItem asChild>
        <Link to="/conta">
          <CircleUserRound aria-hidden />
          {t("action.account")}
        </Link>
      </MenuItem>
      <MenuSeparator />
      <MenuChoice {...theme} />
      <MenuSeparator />
      <MenuChoice {...language} />
      <MenuSeparator />
      <MenuItem onSelect={leave}>
        <LogOut aria-hidden />
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}
