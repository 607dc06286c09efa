import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Merge as MergeIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { User, UserRef } from "@/api/types";
import { useCan } from "@/features/auth/api/session";
import { mergeQuery } from "../api/merges";

/** Says that an account was merged, into whom, and how far it is. */
export function MergeProgress({ user, survivor }: { user: User; survivor: UserRef }) {
  const { t } = useTranslation("users");
  const manages = useCan("users.manage");
  const merge = useQuery({ ...mergeQuery(user.id), enabled: manages });
  const moved = Object.values(merge.data?.moved ?? {}).flatMap((counts) => Object.values(counts));
  const count = moved.reduce((sum, each) => sum + each, 0);
  return (
    <div
      role="status"
      data-testid="merge-progress"
      data-state={merge.data?.state}
      className="flex items-start gap-3 rounded-md border border-note-line bg-note px-3 py-2.5 text-sm text-note-ink"
    >
      <MergeIcon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0">
        <p>
          {t("merge.was")}{" "}
          <Link to="/usuarios/$id" params={{ id: survivor.id }} className="font-medium underline underline-offset-2">
            {survivor.name}
          </Link>
        </p>
        {merge.data && <p>{merge.data.state === "moving" ? t("merge.moving") : t("merge.done", { count })}</p>}
      </div>
    </div>
  );
}
