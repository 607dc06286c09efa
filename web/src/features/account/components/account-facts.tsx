import { useTranslation } from "react-i18next";
import { Fact, Facts } from "@/components/facts";
import { Section } from "@/components/section";
import { useMe } from "@/features/auth/api/session";

/** Who the signed-in user is to everybody else; not theirs to change. */
export function AccountFacts() {
  const { t } = useTranslation("account");
  const common = useTranslation().t;
  const email = useTranslation("auth").t("email");
  const { user, tenant } = useMe();
  return (
    <Section title={t("facts.title")}>
      <Facts>
        <Fact label={t("facts.name")}>{user.name}</Fact>
        <Fact label={email}>{user.email}</Fact>
        <Fact label={t("invite.role")}>{common(`role.${user.role}`)}</Fact>
        {user.company && <Fact label={t("invite.company")}>{user.company.name}</Fact>}
        <Fact label={t("facts.organisation")}>{tenant.name}</Fact>
      </Facts>
      <p className="text-xs text-ink-3">{t("facts.hint")}</p>
    </Section>
  );
}
