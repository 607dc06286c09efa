import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan } from "@/features/auth/api/session";
import { useLocale } from "@/lib/use-locale";
import { waiting, waitingQuery } from "../api/waiting";

/** How many tickets nobody has, for those who could take them; leads to them. Nothing when there are none. */
export function WaitingBadge() {
  const { t } = useTranslation("shell");
  const locale = useLocale();
  const staff = useCan("tickets.work");
  const { data: count = 0 } = useQuery({ ...waitingQuery, enabled: staff });
  if (count === 0) return null;
  return (
    <Link
      to="/chamados"
      search={waiting}
      title={t("waiting", { count })}
      data-testid="waiting-badge"
      className="absolute top-1 right-1 flex h-6 min-w-6 items-center justify-center rounded-sm px-1.5 text-xs font-medium text-accent-ink tabular-nums hover:bg-active"
    >
      <span aria-hidden>{count > 999 ? "999+" : count.toLocaleString(locale)}</span>
      <span className="sr-only">{t("waiting", { count })}</span>
    </Link>
  );
}
