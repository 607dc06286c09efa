import { createFileRoute } from "@tanstack/react-router";
import { ResetPasswordPage } from "@/features/account/components/reset-password-page";
import { useLinkToken } from "@/features/account/hooks/use-link-token";

export const Route = createFileRoute("/redefinir-senha")({ component: ResetPassword });

function ResetPassword() {
  return <ResetPasswordPage token={useLinkToken()} />;
}
