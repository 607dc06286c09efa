import { Monitor, Network } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Device } from "@/api/types";
import { Section } from "@/components/section";

type LoggedInUser = Device["inventory"]["users"][number];

/** Who was logged in to the computer when its agent looked last. */
export function LoggedInSection({ users }: { users: readonly LoggedInUser[] }) {
  const { t } = useTranslation("devices");
  if (users.length === 0) return null;
  return (
    <Section title={t("loggedIn.title")} aside={users.length}>
      <ul className="divide-y divide-line border-y border-line">
        {users.map((user) => (
          <li key={user.name} className="flex min-h-9 min-w-0 items-center gap-3 text-sm" data-testid="logged-in">
            <span className="min-w-0 flex-1 wrap-anywhere">{user.name}</span>
            {(user.local || !user.remote) && (
              <span className="flex shrink-0 items-center gap-1.5 text-xs text-ink-3">
                <Monitor className="size-3.5" aria-hidden />
                {t("loggedIn.local")}
              </span>
            )}
            {user.remote && (
              <span className="flex shrink-0 items-center gap-1.5 text-xs text-ink-3">
                <Network className="size-3.5" aria-hidden />
                {t("loggedIn.remote")}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
