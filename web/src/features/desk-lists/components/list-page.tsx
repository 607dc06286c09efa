import { useQuery } from "@tanstack/react-query";
import { type LucideIcon, Plus, Tags, Waypoints } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { DataList } from "@/components/data-list";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonRows } from "@/components/skeleton";
import { listQuery } from "../api/lists";
import { inOrder, type ListKind, type ListRecord } from "../model/lists";
import { DeleteRecordDialog } from "./delete-record-dialog";
import { NameDialog } from "./name-dialog";
import { RecordRow } from "./record-row";

const icons: Record<ListKind, LucideIcon> = { queues: Waypoints, categories: Tags };

/** The queues or the categories of the tenant. */
export function ListPage({ kind }: { kind: ListKind }) {
  const { t } = useTranslation("desk-lists");
  const list = useQuery(listQuery(kind));
  const [open, setOpen] = useState<{ dialog: "create" } | { dialog: "rename" | "delete"; record: ListRecord }>();
  const records = inOrder(list.data ?? []);
  useTitle(t(`title.${kind}`));
  const create = (
    <Button variant="primary" onClick={() => setOpen({ dialog: "create" })}>
      <Plus aria-hidden />
      {t(`new.${kind}`)}
    </Button>
  );
  const close = () => setOpen(undefined);
  return (
    <>
      <PageHeader title={t(`title.${kind}`)} actions={records.length > 0 && create} />
      <PageBody>
        {list.isPending && <SkeletonRows />}
        {list.isError && records.length === 0 && <ErrorState error={list.error} retry={() => void list.refetch()} />}
        {list.isSuccess && records.length === 0 && (
          <EmptyState icon={icons[kind]} title={t(`empty.${kind}`)} description={t(`about.${kind}`)} action={create} />
        )}
        {records.length > 0 && (
          <>
            <p className="border-b border-line px-4 py-3 text-sm text-ink-3 md:px-5">{t(`about.${kind}`)}</p>
            <DataList label={t(`title.${kind}`)}>
              {records.map((record) => (
                <RecordRow
                  key={record.id}
                  kind={kind}
                  record={record}
                  onRename={() => setOpen({ dialog: "rename", record })}
                  onDelete={() => setOpen({ dialog: "delete", record })}
                />
              ))}
            </DataList>
          </>
        )}
      </PageBody>
      {open?.dialog === "create" && <NameDialog kind={kind} onClose={close} />}
      {open?.dialog === "rename" && <NameDialog kind={kind} record={open.record} onClose={close} />}
      {open?.dialog === "delete" && (
        <DeleteRecordDialog kind={kind} record={open.record} records={records} onClose={close} />
      )}
    </>
  );
}
