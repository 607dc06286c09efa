import { useSignOut } from "@/features/auth/api/session";
import { useSession } from "@/features/auth/hooks/session-guard";
import { useErrorText } from "@/lib/error-text";
import { toastFailed } from "@/lib/toast";

/** Signs out and shows the sign-in page. */
export function useLeave(): () => void {
  const signOut = useSignOut();
  const { leave } = useSession();
  const describe = useErrorText();
  return () =>
    signOut.mutate(undefined, {
      onSuccess: leave,
      onError: (error) => toastFailed(describe(error)),
    });
}
