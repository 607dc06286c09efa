import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ServiceAccount } from "@/api/types";
import { BackLink } from "@/components/back-link";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { Fact, Facts } from "@/components/facts";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Section } from "@/components/section";
import { SkeletonPage } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { accountQuery } from "../api/service-accounts";
import { AccountActivity } from "./account-activity";
import { AccountKeys } from "./account-keys";
import { EditAccountDialog } from "./edit-account-dialog";

/** One account of automation: what it is for, and its keys. */
export function AccountPage({ id }: { id: string }) {
  const { t } = useTranslation("service-accounts");
  const account = useQuery(accountQuery(id));
  useTitle(account.data?.name ?? t("one"));
  if (account.isPending) return <SkeletonPage />;
  if (!account.data) {
    return (
      <ErrorState
        error={account.error}
        retry={() => void account.refetch()}
        wayOn={
          <Button asChild>
            <Link to="/configuracoes/contas-de-servico">{t("back")}</Link>
          </Button>
        }
      />
    );
  }
  return <AccountView account={account.data} />;
}

function AccountView({ account }: { account: ServiceAccount }) {
  const { t } = useTranslation("service-accounts");
  const seesAudit = useCan("audit.read");
  const [editing, setEditing] = useState(false);
  return (
    <>
      <PageHeader
        leading={<BackLink to="/configuracoes/contas-de-servico" label={t("back")} />}
        title={account.name}
        aside={!account.active && <Badge>{t("inactive")}</Badge>}
        actions={
          <Button onClick={() => setEditing(true)}>
            <Pencil aria-hidden />
            {t("edit.action")}
          </Button>
        }
      />
      <PageBody>
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6 md:px-6">
          {account.description && (
            <p className="text-sm break-words whitespace-pre-line text-ink-2">{account.description}</p>
          )}
          <AccountKeys account={account} />
          <Section title={t("facts")}>
            <Facts>
              <Fact label={t("created")}>
                <RelativeTime value={account.createdAt} />
              </Fact>
              <Fact label={t("changed")}>
                <RelativeTime value={account.updatedAt} />
              </Fact>
              {seesAudit && (
                <Fact label={t("record")}>
                  <Link
                    to="/configuracoes/auditoria"
                    search={{ actorId: account.id }}
                    className="rounded-sm text-accent-ink underline-offset-2 hover:underline"
                  >
                    {t("recordOf")}
                  </Link>
                </Fact>
              )}
            </Facts>
          </Section>
          <AccountActivity account={account} />
        </div>
      </PageBody>
      {editing && <EditAccountDialog account={account} onClose={() => setEditing(false)} />}
    </>
  );
}
