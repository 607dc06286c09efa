import { useTranslation } from "react-i18next";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { AccountFacts } from "./account-facts";
import { LookSection } from "./look-section";
import { PasswordSection } from "./password-section";
import { SessionsSection } from "./sessions-section";

/** The signed-in user's own account. */
export function AccountPage() {
  const { t } = useTranslation("account");
  useTitle(t("title"));
  return (
    <>
      <PageHeader title={t("title")} />
      <PageBody>
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6 md:px-6">
          <AccountFacts />
          <LookSection />
          <PasswordSection />
          <SessionsSection />
        </div>
      </PageBody>
    </>
  );
}
