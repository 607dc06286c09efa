import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { MapPinOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";

/** A page that could not be loaded or shown. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return <ErrorState error={error} retry={retry} />;
}

/** An address that leads nowhere. */
export function RouteNotFound() {
  const { t } = useTranslation();
  return (
    <main className="flex h-full items-center justify-center">
      <EmptyState
        alone
        icon={MapPinOff}
        title={t("noPage.title")}
        description={t("noPage.description")}
        action={
          <Button asChild>
            <Link to="/">{t("noPage.action")}</Link>
          </Button>
        }
      />
    </main>
  );
}
