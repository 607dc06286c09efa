import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/api/types";
import { Section } from "@/components/section";
import { UserLink } from "@/features/users/components/user-link";
import { formatDuration } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { share } from "../model/dashboard";

/** Time worked in the period by person, most first. The bars only show what the numbers say. */
export function PeopleWork({ people }: { people: Dashboard["trends"]["people"] }) {
  const { t } = useTranslation("dashboard");
  const locale = useLocale();
  const most = people[0]?.workedSeconds ?? 0;
  return (
    <Section title={t("people.title")}>
      {people.length === 0 ? (
        <p className="text-sm text-ink-3">{t("people.none")}</p>
      ) : (
        <ol aria-label={t("people.title")} className="flex flex-col gap-1.5 text-sm">
          {people.map(({ user, workedSeconds }) => (
            <li key={user.id} data-testid="person-work" className="flex items-center gap-3">
              <span className="w-32 shrink-0 truncate md:w-52">
                <UserLink user={user} />
              </span>
              <span aria-hidden className="h-4 min-w-0 flex-1">
                <span
                  className="block h-full rounded-sm bg-accent"
                  style={{ width: `${share(workedSeconds, most)}%` }}
                />
              </span>
              <span className="w-28 shrink-0 text-right text-ink-2 tabular-nums">
                {formatDuration(workedSeconds, locale)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
