import { createFileRoute } from "@tanstack/react-router";
import { InvitePage } from "@/features/account/components/invite-page";
import { useLinkToken } from "@/features/account/hooks/use-link-token";

export const Route = createFileRoute("/convite")({ component: Invite });

function Invite() {
  return <InvitePage token={useLinkToken()} />;
}
