import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan } from "@/features/auth/api/session";

const tabClass =
  "flex h-9 items-center border-b-2 border-transparent px-1 text-sm text-ink-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink";

/** The two lists of this place: who is here, and who is invited. */
export function UsersTabs() {
  const { t } = useTranslation("users");
  if (!useCan("invites.read")) return null;
  return (
    <nav aria-label={t("tabs.label")} className="flex shrink-0 gap-5 border-b border-line px-4 md:px-5">
      <Link to="/usuarios" activeOptions={{ exact: true, includeSearch: false }} className={tabClass}>
        {t("tabs.users")}
      </Link>
      <Link to="/usuarios/convites" className={tabClass}>
        {t("tabs.invites")}
      </Link>
    </nav>
  );
}
