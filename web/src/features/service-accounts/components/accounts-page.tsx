import { useInfiniteQuery } from "@tanstack/react-query";
import { Bot, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList, LoadMore } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { useRowKeys } from "@/lib/row-keys";
import { accountListQuery } from "../api/service-accounts";
import { AccountRow } from "./account-row";
import { CreateAccountDialog } from "./create-account-dialog";

/** Accounts of automation, by name. */
export function AccountsPage() {
  const { t } = useTranslation("service-accounts");
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery(accountListQuery);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const body = useRef<HTMLDivElement>(null);
  useRowKeys(body, useRef<HTMLInputElement>(null));
  useTitle(t("list.title"));
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t("create.action")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("list.title")}
        aside={total > 0 && <span className="max-sm:hidden">{t("list.total", { count: total })}</span>}
        actions={total > 0 && create}
      />
      <PageBody>
        <div ref={body}>
          {list.isPending && <SkeletonRows />}
          {list.isError && rows.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
          {list.isSuccess && rows.length === 0 && (
            <EmptyState
              icon={Bot}
              title={t("list.empty.title")}
              description={t("list.empty.description")}
              action={create}
            />
          )}
          {rows.length > 0 && (
            <>
              <DataList label={t("list.title")}>
                {rows.map((account) => (
                  <AccountRow key={account.id} account={account} />
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
        </div>
      </PageBody>
      {creating && <CreateAccountDialog onClose={() => setCreating(false)} />}
    </>
  );
}
