import { useNavigate } from "@tanstack/react-router";
import { useCan } from "@/features/auth/api/session";
import { useSession } from "@/features/auth/hooks/session-guard";
import { useShortcuts } from "@/lib/shortcuts";
import type { ShellOverlay } from "../components/shell";

/** The keys that work on every page. */
export function useShellHotkeys(show: (update: (overlay: ShellOverlay) => ShellOverlay) => void): void {
  const navigate = useNavigate();
  const mayCreate = useCan("tickets.create");
  const { ended } = useSession();
  const actions = {
    palette: () => show((overlay) => (overlay === "palette" ? null : "palette")),
    sheet: () => show(() => "shortcuts"),
    ...(mayCreate && { newTicket: () => void navigate({ to: "/chamados/novo" }) }),
  };
  useShortcuts(actions, !ended);
}
