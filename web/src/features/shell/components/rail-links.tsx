import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "@/features/auth/api/session";
import { permittedPlaces } from "../model/navigation";
import { WaitingBadge } from "./waiting-badge";

export function RailLinks() {
  const { t } = useTranslation("shell");
  const { permissions } = useMe();
  return (
    <ul className="flex min-h-0 flex-col gap-px overflow-y-auto">
      {permittedPlaces(permissions).map(({ to, label, icon: Icon }) => (
        <li key={to} className="relative shrink-0">
          <Link
            to={to}
            className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sm text-ink-2 hover:bg-hover hover:text-ink data-[status=active]:bg-active data-[status=active]:font-medium data-[status=active]:text-ink [&_svg]:size-4 data-[status=active]:[&_svg]:text-accent-ink"
          >
            <Icon aria-hidden />
            {t(`nav.${label}`)}
          </Link>
          {to === "/chamados" && <WaitingBadge />}
        </li>
      ))}
    </ul>
  );
}
