import { useQuery } from "@tanstack/react-query";
import { PackageOpen } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "@/api/client";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { DataList } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { exportsQuery, isOver, useCreateExport } from "../api/exports";
import { ExportRow } from "./export-row";

/** Archives of everything the tenant owns: those there are, and another one. */
export function ExportsPage() {
  const { t } = useTranslation("exports");
  const describe = useErrorText();
  const [asking, setAsking] = useState(false);
  const list = useQuery(exportsQuery);
  const create = useCreateExport();
  const underWay = list.data?.some((each) => !isOver(each)) ?? false;
  useTitle(t("title"));
  const begin = () =>
    create.mutate(idempotencyKey(), {
      onSuccess: () => toastDone(t("create.started")),
      onError: (error) => toastFailed(describe(error)),
      onSettled: () => setAsking(false),
    });
  const ask = (
    <Button variant="primary" disabled={underWay} onClick={() => setAsking(true)}>
      {t("create.verb")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} actions={list.isSuccess && list.data.length > 0 && ask} />
      <PageBody>
        {list.isPending && <SkeletonRows />}
        {list.isError && !list.data && <ErrorState error={list.error} retry={() => void list.refetch()} />}
        {list.data?.length === 0 && (
          <EmptyState icon={PackageOpen} title={t("empty.title")} description={t("empty.description")} action={ask} />
        )}
        {list.data && list.data.length > 0 && (
          <>
            <DataList label={t("title")}>
              {list.data.map((each) => (
                <ExportRow key={each.id} made={each} />
              ))}
            </DataList>
            <p className="px-4 py-4 text-xs text-ink-3 md:px-5">{t("kept")}</p>
          </>
        )}
      </PageBody>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("create.title")}
        description={t("create.description")}
        verb={t("create.verb")}
        danger={false}
        busy={create.isPending}
        onConfirm={begin}
      />
    </>
  );
}
