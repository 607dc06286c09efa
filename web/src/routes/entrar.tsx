import { createFileRoute } from "@tanstack/react-router";
import { SignInPage } from "@/features/auth/components/sign-in-page";
import { one } from "@/lib/search-params";

export const Route = createFileRoute("/entrar")({
  validateSearch: (search): { voltar?: string } => ({ voltar: one(search.voltar) }),
  component: SignIn,
});

function SignIn() {
  return <SignInPage returnTo={Route.useSearch().voltar} />;
}
