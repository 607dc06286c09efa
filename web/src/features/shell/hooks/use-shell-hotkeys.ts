import { useNavigate } from "@tanstack/react-router";
import { useCan } from "@/features/auth/api/session";
import { useSession } from "@/features/auth/hooks/session-guard";
import { useHotkeys } from "@/lib/hotkeys";
import type { ShellOverlay } from "../components/shell";

/** The keys that work on every page. */
export function useShellHotkeys(show: (update: (overlay: ShellOverlay) => ShellOverlay) => void): void {
  const navigate = useNavigate();
  const mayCreate = useCan("tickets.create");
  const { ended } = useSession();
  const keys = {
    "mod+k": () => show((overlay) => (overlay === "palette" ? null : "palette")),
    "?": () => show(() => "shortcuts"),
    ...(mayCreate && { c: () => void navigate({ to: "/chamados/novo" }) }),
  };
  useHotkeys(keys, !ended);
}
