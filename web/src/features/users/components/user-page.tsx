import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { UserDetail } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { BackLink } from "@/components/back-link";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { PageBody, PageHeader, useTitle } from "@/components/page";
import { SkeletonPage } from "@/components/skeleton";
import { useCan } from "@/features/auth/api/session";
import { userDetailQuery } from "../api/users";
import { MergeProgress } from "./merge-progress";
import { UserAccess } from "./user-access";
import { UserDevices } from "./user-devices";
import { UserEditor } from "./user-editor";
import { UserFacts } from "./user-facts";

/** One person: who they are, what they use, how they get in. */
export function UserPage({ id }: { id: string }) {
  const { t } = useTranslation("users");
  const user = useQuery(userDetailQuery(id));
  useTitle(user.data?.name ?? t("one"));
  if (user.isPending) return <SkeletonPage />;
  if (!user.data) {
    return (
      <ErrorState
        error={user.error}
        retry={() => void user.refetch()}
        wayOn={
          <Button asChild>
            <Link to="/usuarios">{t("back")}</Link>
          </Button>
        }
      />
    );
  }
  return <UserView user={user.data} />;
}

function UserView({ user }: { user: UserDetail }) {
  const { t } = useTranslation("users");
  const manages = useCan("users.manage");
  const editable = manages && user.role !== "machine" && !user.mergedInto;
  return (
    <>
      <PageHeader
        leading={<BackLink to="/usuarios" label={t("back")} />}
        title={
          <span className="flex min-w-0 items-center gap-2">
            <Avatar id={user.id} name={user.name} />
            <span className="truncate">{user.name}</span>
          </span>
        }
        aside={!user.active && <Badge>{t(user.mergedInto ? "merged" : "inactive")}</Badge>}
        actions={
          user.role !== "machine" && (
            <Button asChild>
              <Link to="/chamados" search={{ requesterId: [user.id] }}>
                {t("tickets")}
              </Link>
            </Button>
          )
        }
      />
      <PageBody>
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6 md:px-6">
          {user.mergedInto && <MergeProgress user={user} survivor={user.mergedInto} />}
          {editable ? <UserEditor key={user.id} user={user} /> : <UserFacts user={user} />}
          <UserDevices user={user} />
          <UserAccess user={user} />
        </div>
      </PageBody>
    </>
  );
}
