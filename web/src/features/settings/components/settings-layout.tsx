import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/features/auth/api/session";
import { permittedSections } from "../model/sections";

/** The frame of the settings: their parts at the side, on a phone above, and the part that is open. */
export function SettingsLayout() {
  const { t } = useTranslation("settings");
  const { permissions } = useMe();
  const parts = useRef<HTMLUListElement>(null);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  // On a phone not all of them are in sight.
  useEffect(() => {
    const links = [...(parts.current?.querySelectorAll("a") ?? [])];
    const open = links.find((link) => pathname.startsWith(link.pathname));
    open?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <nav
        aria-label={t("title")}
        className="shrink-0 border-line max-lg:border-b lg:w-52 lg:border-r lg:bg-canvas lg:px-3 lg:py-3"
      >
        <p aria-hidden className="px-2 pb-2 text-xs text-ink-3 max-lg:hidden">
          {t("title")}
        </p>
        <ul ref={parts} className="flex gap-1 overflow-x-auto px-3 py-1.5 [scrollbar-width:none] lg:flex-col lg:gap-px lg:overflow-visible lg:p-0">
          {permittedSections(permissions).map(({ to, label, icon: Icon }) => (
            <li key={to} className="shrink-0">
              <Link
                to={to}
                className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sm whitespace-nowrap text-ink-2 hover:bg-hover hover:text-ink data-[status=active]:bg-active data-[status=active]:font-medium data-[status=active]:text-ink [&_svg]:size-4 data-[status=active]:[&_svg]:text-accent-ink"
              >
                <Icon aria-hidden />
                {t(`section.${label}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Outlet />
      </div>
    </div>
  );
}
