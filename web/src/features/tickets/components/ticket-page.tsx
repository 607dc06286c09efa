import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/button";
import { preloadEditor } from "@/components/editor/editor";
import { ErrorState } from "@/components/error-state";
import { IconButton } from "@/components/icon-button";
import { PageHeader, useTitle } from "@/components/page";
import { SkeletonPage } from "@/components/skeleton";
import { useInPortal } from "@/features/auth/api/session";
import { ActivityProvider } from "@/features/activity/hooks/use-activity";
import { ChatPanel } from "@/features/chat/components/chat-panel";
import { ChatPanelProvider, useChatPanel } from "@/features/chat/hooks/use-chat-panel";
import { cn } from "@/lib/cn";
import { useShortcuts } from "@/lib/shortcuts";
import { listedTicket, ticketQuery } from "../api/tickets";
import { lastFilter } from "../model/last-filter";
import { ActionBar } from "./action-bar";
import { Composer } from "./composer";
import { Conversation } from "./conversation";
import { OwnTicketFacts } from "./own-ticket-facts";
import { OwnTicketState } from "./own-ticket-state";
import { SubjectEditor } from "./subject-editor";
import { TicketFacts } from "./ticket-facts";
import { TicketDescription } from "./ticket-description";
import { WorkSessions } from "./work-sessions";

// While the ticket is asked for, the editor may come too.
preloadEditor();

/** One ticket, by id or number. */
export function TicketPage({ id }: { id: string }) {
  const { t } = useTranslation("tickets");
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const ticket = useQuery({ ...ticketQuery(id), placeholderData: () => listedTicket(queryClient, id) });
  useTitle(ticket.data ? `#${ticket.data.number} ${ticket.data.subject}` : t("list.title"));
  useShortcuts({ back: () => void navigate({ to: "/chamados", search: lastFilter() }) });

  if (ticket.data) {
    return (
      <ActivityProvider ticketId={ticket.data.id}>
        <ChatPanelProvider key={ticket.data.id}>
          <Loaded ticket={ticket.data} />
        </ChatPanelProvider>
      </ActivityProvider>
    );
  }
  return (
    <>
      <PageHeader leading={<BackLink />} title={t("list.title")} />
      {ticket.isError ? (
        <ErrorState
          error={ticket.error}
          retry={() => void ticket.refetch()}
          wayOn={
            <Button asChild>
              <Link to="/chamados">{t("backToList")}</Link>
            </Button>
          }
        />
      ) : (
        <SkeletonPage />
      )}
    </>
  );
}

function Loaded({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const { shown } = useChatPanel();
  const inPortal = useInPortal();
  const facts = inPortal ? (
    <OwnTicketFacts ticket={ticket} />
  ) : (
    <>
      <TicketFacts ticket={ticket} />
      <WorkSessions ticket={ticket} />
    </>
  );
  return (
    <>
      <ActionBar key={`bar-${ticket.id}`} ticket={ticket} leading={<BackLink />} />
      <div className="relative flex min-h-0 flex-1 flex-col overflow-y-auto lg:flex-row lg:overflow-hidden">
        <div className="flex min-w-0 flex-1 flex-col lg:relative lg:overflow-y-auto">
          <article className="mx-auto w-full max-w-3xl flex-1 px-4 pt-5 pb-6 md:px-8">
            <SubjectEditor key={ticket.id} ticket={ticket} />
            {inPortal && <OwnTicketState ticket={ticket} />}
            <details className={cn("group mt-4 rounded-md border border-line", shown ? "2xl:hidden" : "lg:hidden")}>
              <summary className="cursor-pointer px-3 py-2 text-sm text-ink-2">{t("facts.title")}</summary>
              <div className="border-t border-line px-3 py-3">{facts}</div>
            </details>
            <TicketDescription key={`description-${ticket.id}`} ticket={ticket} />
            <Conversation ticket={ticket} />
          </article>
          <Composer key={`composer-${ticket.id}`} ticket={ticket} />
        </div>
        <aside
          aria-label={t("facts.title")}
          className={cn(
            "relative hidden w-80 shrink-0 overflow-y-auto border-l border-line px-5 py-5 xl:w-88",
            // The chat takes its place where there is no room for both.
            shown ? "2xl:block" : "lg:block",
          )}
        >
          {facts}
        </aside>
        <ChatPanel ticket={ticket} />
      </div>
    </>
  );
}

function BackLink() {
  const { t } = useTranslation("tickets");
  return (
    <IconButton label={t("backToList")} shortcut="back" size="icon-sm" className="-ml-1.5" asChild>
      <Link to="/chamados" search={lastFilter()}>
        <ArrowLeft aria-hidden />
      </Link>
    </IconButton>
  );
}
