import { Ban, MoreHorizontal, Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Invite, SentInvite } from "@/api/types";
import { Badge, type Tone } from "@/components/badge";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { DataRow } from "@/components/data-list";
import { IconButton } from "@/components/icon-button";
import { Menu, MenuItem } from "@/components/menu";
import { RelativeTime } from "@/components/relative-time";
import { useMe } from "@/features/auth/api/session";
import { useErrorText } from "@/lib/error-text";
import { toastDone, toastFailed } from "@/lib/toast";
import { useResendInvite, useRevokeInvite } from "../api/invites";
import { creatableRoles } from "../model/create";

const tones: Record<Invite["state"], Tone> = {
  pending: "accent",
  accepted: "resolved",
  expired: "note",
  revoked: "neutral",
};

/** An invite as one line; two on a phone. */
export function InviteRow({ invite, onSent }: { invite: Invite; onSent: (sent: SentInvite) => void }) {
  const { t } = useTranslation("users");
  const common = useTranslation().t;
  const describe = useErrorText();
  const mine = creatableRoles(useMe().permissions).includes(invite.role);
  const resend = useResendInvite();
  const revoke = useRevokeInvite();
  const [asking, setAsking] = useState(false);
  const open = invite.state === "pending" || invite.state === "expired";
  const failed = (error: unknown) => toastFailed(describe(error));
  return (
    <DataRow className="flex-wrap gap-x-3 gap-y-0.5 py-2 md:h-10 md:flex-nowrap md:py-0">
      <span
        className="min-w-0 flex-1 truncate font-medium md:flex-[1_1_14rem]"
        data-testid="invite-row"
        data-state={invite.state}
      >
        {invite.email}
      </span>
      <Badge tone={tones[invite.state]}>{t(`invites.state.${invite.state}`)}</Badge>
      <span className="md:order-last">
        {open && mine && (
          <Menu
            trigger={
              <IconButton label={t("invites.actions", { email: invite.email })} size="icon-sm">
                <MoreHorizontal aria-hidden />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => resend.mutate(invite.id, { onSuccess: onSent, onError: failed })}>
              <Send aria-hidden />
              {t("invites.resend")}
            </MenuItem>
            <MenuItem danger onSelect={() => setAsking(true)}>
              <Ban aria-hidden />
              {t("invites.revoke")}
            </MenuItem>
          </Menu>
        )}
      </span>
      <span className="h-0 basis-full md:hidden" />
      <span className="min-w-0 truncate text-ink-3 md:flex-[1_1_12rem]">
        {common(`role.${invite.role}`)}
        {invite.company && ` · ${invite.company.name}`}
      </span>
      <span className="min-w-0 truncate text-xs text-ink-3 md:w-56 md:text-right">
        {invite.invitedBy && `${t("invites.by", { name: invite.invitedBy.name })} · `}
        <RelativeTime value={invite.sentAt} />
      </span>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("invites.confirmTitle", { email: invite.email })}
        description={t("invites.confirm")}
        verb={t("invites.revoke")}
        busy={revoke.isPending}
        onConfirm={() =>
          revoke.mutate(invite.id, {
            onSuccess: () => toastDone(t("invites.revoked", { email: invite.email })),
            onError: failed,
            onSettled: () => setAsking(false),
          })
        }
      />
    </DataRow>
  );
}
