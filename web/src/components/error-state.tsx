import { CloudOff, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, isStatus } from "@/api/error";
import { useErrorText } from "@/lib/error-text";
import { Button } from "./button";
import { EmptyState } from "./empty-state";

interface ErrorStateProps {
  error: unknown;
  /** Asks again. */
  retry?: () => void;
  /** Where to go when the thing is not there: a link to the list it would be in. */
  wayOn?: ReactNode;
}

/** Instead of what could not be shown: why, how to try again, and by which id support finds the cause. */
export function ErrorState({ error, retry, wayOn }: ErrorStateProps) {
  const { t } = useTranslation();
  const describe = useErrorText();
  const missing = isStatus(error, 404);
  const requestId = error instanceof ApiError && error.status >= 500 ? error.requestId : null;
  return (
    <div role="alert">
      <EmptyState
        icon={missing ? SearchX : CloudOff}
        title={missing ? t("notFound.title") : t("failed.title")}
        description={
          <>
            {missing ? t("notFound.description") : describe(error)}
            {requestId && <code className="mt-2 block text-xs break-all text-ink-3">{requestId}</code>}
          </>
        }
        action={
          <>
            {wayOn}
            {retry && !missing && <Button onClick={retry}>{t("tryAgain")}</Button>}
          </>
        }
      />
    </div>
  );
}
