import { useTranslation } from "react-i18next";
import type { UserDetail } from "@/api/types";
import { Section } from "@/components/section";
import { useCan, useMe } from "@/features/auth/api/session";
import { needsCompany } from "../model/create";
import { MergeAction } from "./merge-dialog";
import { ResetPassword } from "./reset-password";
import { UserActivity } from "./user-activity";

/** How a person gets in, and what ends it. Only what the caller may do is offered. */
export function UserAccess({ user }: { user: UserDetail }) {
  const { t } = useTranslation("users");
  const me = useMe();
  const manages = useCan("users.manage");
  const resets = useCan("users.reset_password") && (manages || needsCompany(user.role));
  const self = me.user.id === user.id;
  if (user.role === "machine" || user.mergedInto || !(manages || resets)) return null;
  return (
    <Section title={t("access.title")}>
      <div className="flex flex-col divide-y divide-line">
        {resets && user.active && !self && <ResetPassword user={user} />}
        {manages && !self && <UserActivity user={user} />}
        {manages && !self && <MergeAction user={user} />}
        {self && <p className="py-2 text-sm text-ink-3">{t("access.self")}</p>}
      </div>
    </Section>
  );
}
