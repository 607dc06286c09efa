import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { useTitle } from "@/components/page";
import { AuthLayout } from "@/features/auth/components/auth-layout";

/** Instead of the form of a one-time link: why it does not work, and what to do. */
export function DeadLink({ reason }: { reason: "incomplete" | "invite" | "reset" }) {
  const { t } = useTranslation("account");
  const title = t(`link.${reason}.title`);
  useTitle(title);
  return (
    <AuthLayout title={title} lead={t(`link.${reason}.description`)}>
      <Button asChild size="lg">
        <Link to="/entrar">{t("link.signIn")}</Link>
      </Button>
    </AuthLayout>
  );
}
