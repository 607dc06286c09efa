import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Dashboard } from "@/api/types";
import { useMe } from "@/features/auth/api/session";
import { cn } from "@/lib/cn";
import { useLocale } from "@/lib/use-locale";
import { countOf, OPEN } from "../model/dashboard";

interface CountsProps {
  counts: Dashboard["counts"];
  /** Staff also see what waits for them. */
  staff: boolean;
}

/** How many tickets there are of each sort, each number leading to the list behind it. */
export function Counts({ counts, staff }: CountsProps) {
  const { t } = useTranslation("dashboard");
  const status = useTranslation().t;
  const { user } = useMe();
  return (
    <nav
      aria-label={t("counts.label")}
      className={cn(
        "grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line",
        staff ? "sm:grid-cols-3 lg:grid-cols-6" : "sm:grid-cols-4",
      )}
    >
      {staff && (
        <>
          <Count
            name="unassigned"
            label={t("counts.unassigned")}
            count={counts.unassigned}
            to="/chamados"
            search={{ status: [...OPEN], assigneeId: ["none"] }}
            urgent={counts.unassigned > 0}
          />
          <Count
            name="mine"
            label={t("counts.mine")}
            count={counts.mine}
            to="/chamados"
            search={{ status: [...OPEN], assigneeId: [user.id] }}
          />
        </>
      )}
      {([...OPEN, "resolved"] as const).map((each) => (
        <Count
          key={each}
          name={each}
          label={status(`status.${each}`)}
          count={countOf(counts, each)}
          to="/chamados"
          search={{ status: [each] }}
        />
      ))}
    </nav>
  );
}

interface CountProps {
  name: string;
  label: string;
  count: number;
  urgent?: boolean;
}

function Count({ name, label, count, urgent, ...link }: CountProps & LinkProps) {
  const locale = useLocale();
  return (
    <Link
      {...link}
      data-testid="count"
      data-name={name}
      className="flex min-w-0 flex-col-reverse justify-end bg-surface px-4 py-3 hover:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="truncate text-xs text-ink-3">{label}</span>
      <span className={cn("text-2xl font-medium tabular-nums", urgent && "text-accent-ink", count === 0 && "text-ink-3")}>
        {count.toLocaleString(locale)}
      </span>
    </Link>
  );
}
