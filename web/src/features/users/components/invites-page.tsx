import { useInfiniteQuery } from "@tanstack/react-query";
import { MailPlus, SearchX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SentInvite } from "@/api/types";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { FilterChip } from "@/components/filter-chip";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SearchField } from "@/components/search-field";
import { SecretDialog } from "@/components/secret-dialog";
import { SkeletonRows } from "@/components/skeleton";
import { Toolbar } from "@/components/toolbar";
import { useCan } from "@/features/auth/api/session";
import { formatDateTime } from "@/lib/time";
import { useLocale } from "@/lib/use-locale";
import { inviteListQuery } from "../api/invites";
import { compactInvites, type InviteFilter, inviteStates } from "../model/invite-filter";
import { InviteDialog } from "./invite-dialog";
import { InviteRow } from "./invite-row";
import { UsersTabs } from "./users-tabs";

interface InvitesPageProps {
  filter: InviteFilter;
  onFilter: (filter: InviteFilter) => void;
}

/** Who was invited, and where each invite stands. */
export function InvitesPage({ filter, onFilter }: InvitesPageProps) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const mayInvite = useCan("users.create");
  const list = useInfiniteQuery(inviteListQuery(filter));
  const [inviting, setInviting] = useState(false);
  const [sent, setSent] = useState<SentInvite>();
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const narrowed = Object.keys(filter).length > 0;
  useTitle(t("invites.title"));
  const set = (change: InviteFilter) => onFilter(compactInvites({ ...filter, ...change }));
  const invite = mayInvite && (
    <Button variant="primary" onClick={() => setInviting(true)}>
      <MailPlus aria-hidden />
      {t("invites.action")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("list.title")}
        aside={total > 0 ? t("invites.total", { count: total }) : undefined}
        actions={invite}
      />
      <UsersTabs />
      <Toolbar onClear={narrowed ? () => onFilter({}) : undefined}>
        <SearchField
          label={t("invites.search")}
          value={filter.q ?? ""}
          onChange={(q) => set({ q })}
          className="w-44 shrink-0 md:w-56"
        />
        <FilterChip
          label={t("invites.stateLabel")}
          single
          options={inviteStates.map((value) => ({ value, label: t(`invites.state.${value}`) }))}
          selected={filter.state ? [filter.state] : []}
          onChange={([state]) => set({ state: inviteStates.find((each) => each === state) })}
        />
      </Toolbar>
      <PageBody>
        {list.isPending && <SkeletonRows />}
        {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && (
          <EmptyState
            icon={narrowed ? SearchX : MailPlus}
            title={t(narrowed ? "invites.noMatch.title" : "invites.empty.title")}
            description={t(narrowed ? "invites.noMatch.description" : "invites.empty.description")}
            action={narrowed ? <Button onClick={() => onFilter({})}>{common("clearFilters")}</Button> : invite}
          />
        )}
        {rows.length > 0 && (
          <>
            <DataList label={t("invites.title")}>
              {rows.map((each) => (
                <InviteRow key={each.id} invite={each} onSent={setSent} />
              ))}
            </DataList>
            <LoadMore
              shown={rows.length}
              total={total}
              hasMore={list.hasNextPage}
              busy={list.isFetchingNextPage}
              onMore={() => void list.fetchNextPage()}
            />
          </>
        )}
      </PageBody>
      {inviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          onSent={(made) => {
            setInviting(false);
            setSent(made);
          }}
        />
      )}
      {sent && <SentDialog sent={sent} onClose={() => setSent(undefined)} />}
    </>
  );
}

/** The link of an invite, which is not shown again. */
function SentDialog({ sent, onClose }: { sent: SentInvite; onClose: () => void }) {
  const { t } = useTranslation("users");
  const until = formatDateTime(sent.invite.expiresAt, useLocale());
  const values = { email: sent.invite.email, until };
  return (
    <SecretDialog
      title={t("invites.sent.title")}
      description={t(sent.emailed ? "invites.sent.emailed" : "invites.sent.handOver", values)}
      secret={sent.url}
      copyLabel={t("copyLink")}
      onClose={onClose}
    />
  );
}
