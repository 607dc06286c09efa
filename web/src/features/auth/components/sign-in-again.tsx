import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FormError } from "@/components/form-error";
import { useMe, useSignInAgain } from "../api/session";
import { useSession } from "../hooks/session-guard";
import { FixedEmail } from "./fixed-email";
import { PasswordField } from "./password-field";

/** Asks whose session ended for their password, over the page, which stays with all that was typed. */
export function SignInAgain() {
  const { t } = useTranslation("auth");
  const { ended } = useSession();
  return (
    <Dialog open={ended} onOpenChange={() => {}} locked title={t("again.title")} description={t("again.lead")}>
      <SignInAgainForm />
    </Dialog>
  );
}

function SignInAgainForm() {
  const { t } = useTranslation("auth");
  const { user } = useMe();
  const { signedIn, leave } = useSession();
  const signIn = useSignInAgain();
  // Machines alone have none, and they do not sign in.
  const email = user.email ?? "";
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: signedIn, onError: () => setPassword("") });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FixedEmail email={email} />
      <PasswordField value={password} onChange={setPassword} autoFocus />
      <FormError error={signIn.error} />
      <Button type="submit" variant="primary" size="lg" busy={signIn.isPending}>
        {t("again.submit")}
      </Button>
      <p className="text-xs text-ink-3">
        <button
          type="button"
          onClick={() => void leave()}
          className="rounded-sm text-accent-ink underline underline-offset-2"
        >
          {t("again.other")}
        </button>{" "}
        {t("again.otherCosts")}
      </p>
    </form>
  );
}
