import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useSignOut } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastFailed } from "@/lib/toast";

/** Signs out and shows the sign-in page. */
export function useLeave(): () => void {
  const signOut = useSignOut();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const describe = useErrorText();
  return () =>
    signOut.mutate(undefined, {
      onSuccess: async () => {
        await navigate({ to: "/entrar" });
        queryClient.clear();
      },
      onError: (error) => toastFailed(describe(error)),
    });
}
