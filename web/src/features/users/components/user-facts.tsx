import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { User } from "@/api/types";
import { Fact, Facts } from "@/components/facts";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";

/** A user for those who may look and not change. */
export function UserFacts({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  return (
    <Section title={t("facts")}>
      <Facts>
        <Fact label={t("field.email")}>{user.email ?? t("row.noEmail")}</Fact>
        <Fact label={t("field.role")}>{common(`role.${user.role}`)}</Fact>
        {user.company && (
          <Fact label={t("field.company")}>
            <Link to="/empresas/$id" params={{ id: user.company.id }} className="truncate underline underline-offset-2">
              {user.company.name}
            </Link>
          </Fact>
        )}
        <Fact label={t("field.since")}>
          <RelativeTime value={user.createdAt} />
        </Fact>
      </Facts>
    </Section>
  );
}
