import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "@/features/auth/api/session";
import { ticketQuery } from "@/features/tickets/api/tickets";
import { toastDone } from "@/lib/toast";
import { useSignals } from "../hooks/live-updates";

/** Says at once that one was mentioned, and where. */
export function MentionToasts() {
  const { t } = useTranslation("shell");
  const { user } = useMe();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  useSignals(({ topic, ids: [ticketId, ...people] }) => {
    if (topic !== "ticket.mentioned" || !ticketId || !people.includes(user.id)) return;
    const tell = async () => {
      const { number, subject } = await queryClient.fetchQuery(ticketQuery(ticketId));
      const open = () => void navigate({ to: "/chamados/$id", params: { id: String(number) } });
      toastDone(t("mentioned.told", { number, subject }), { label: t("mentioned.open"), run: open });
    };
    // What cannot be read is not worth a word.
    tell().catch(() => undefined);
  });
  return null;
}
