import { Link } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Ellipsis, PenLine, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "@/components/badge";
import { DataRow, rowLinkClass } from "@/components/data-list";
import { IconButton } from "@/components/icon-button";
import { Menu, MenuItem, MenuSeparator } from "@/components/menu";
import { cn } from "@/lib/cn";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useFlash } from "@/lib/use-flash";
import { useUpdateRecord } from "../api/lists";
import type { ListKind, ListRecord } from "../model/lists";

interface RecordRowProps {
  kind: ListKind;
  record: ListRecord;
  onRename: () => void;
  onDelete: () => void;
}

/** A queue or category as one line, which leads to its tickets. */
export function RecordRow({ kind, record, onRename, onDelete }: RecordRowProps) {
  const { t } = useTranslation("desk-lists");
  const common = useTranslation().t;
  const describe = useErrorText();
  const update = useUpdateRecord(kind);
  const [flash, endFlash] = useFlash(record.version);
  const archive = (base: ListRecord, archived: boolean) =>
    update.mutate(
      { id: base.id, version: base.version, changes: { archived } },
      {
        onSuccess: (now) => {
          const text = t(archived ? "archived" : "restored", { name: now.name });
          toastDone(text, { label: common("undo"), run: () => archive(now, !archived) });
        },
        onError: (error) => toastFailed(describe(error)),
      },
    );
  return (
    <DataRow flash={flash} onFlashEnd={endFlash}>
      <span className="flex min-w-0 flex-1 items-center gap-2">
        <Link
          to="/chamados"
          search={kind === "queues" ? { queueId: [record.id] } : { category: [record.id] }}
          data-testid="list-record"
          className={cn(rowLinkClass, record.archived ? "text-ink-3" : "font-medium")}
        >
          {record.name}
        </Link>
        {record.isDefault && <Badge tone="accent">{t("default")}</Badge>}
        {record.archived && <Badge>{t("isArchived")}</Badge>}
      </span>
      <Menu
        trigger={
          <IconButton label={t("actions", { name: record.name })} size="icon-sm" className="relative z-[1]">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={onRename}>
          <PenLine aria-hidden />
          {t("rename")}
        </MenuItem>
        {!record.isDefault && (
          <>
            <MenuItem disabled={update.isPending} onSelect={() => archive(record, !record.archived)}>
              {record.archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
              {record.archived ? t("restore") : t("archive")}
            </MenuItem>
            <MenuSeparator />
            <MenuItem danger onSelect={onDelete}>
              <Trash2 aria-hidden />
              {t("delete")}
            </MenuItem>
          </>
        )}
      </Menu>
    </DataRow>
  );
}
