import { Link } from "@tanstack/react-router";
import { Monitor } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { User } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Badge } from "@/components/badge";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { useFlash } from "@/lib/use-flash";

/** A user as one line; two on a phone. A person leads to their page, a device to the devices of its name. */
export const UserRow = memo(function UserRow({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const [flash, endFlash] = useFlash(user.version);
  const machine = user.role === "machine";
  const className = `${rowLinkClass} ${user.active ? "font-medium" : "text-ink-3"}`;
  return (
    <DataRow flash={flash} onFlashEnd={endFlash} className="flex-wrap gap-x-3 gap-y-0.5 py-2 md:h-10 md:flex-nowrap md:py-0">
      {machine ? (
        <span className="flex size-5.5 shrink-0 items-center justify-center rounded-full bg-active text-ink-3">
          <Monitor className="size-3.5" aria-hidden />
        </span>
      ) : (
        <Avatar id={user.id} name={user.name} />
      )}
      <span className="flex min-w-0 flex-1 items-center gap-2 md:flex-[1_1_12rem]" data-testid="user-row">
        {machine ? (
          <Link to="/dispositivos" search={{ q: user.name }} data-row title={t("row.device")} className={className}>
            {user.name}
          </Link>
        ) : (
          <Link to="/usuarios/$id" params={{ id: user.id }} data-row className={className}>
            {user.name}
          </Link>
        )}
        {!user.active && <Badge>{t(user.mergedInto ? "merged" : "inactive")}</Badge>}
      </span>
      <span className="shrink-0 text-xs text-ink-2 md:order-last md:w-28 md:text-right">{common(`role.${user.role}`)}</span>
      {/* Ends the phone's first line. */}
      <span className="h-0 basis-full md:hidden" />
      <span className="ml-8.5 min-w-0 truncate text-ink-3 md:ml-0 md:flex-[1_1_14rem]">{user.email ?? t("row.noEmail")}</span>
      <span className="-ml-1.5 min-w-0 flex-1 truncate text-ink-3 md:ml-0 md:flex-[1_1_8rem]">
        {user.company && (
          <>
            <span className="md:hidden">· </span>
            {user.company.name}
          </>
        )}
      </span>
    </DataRow>
  );
});
