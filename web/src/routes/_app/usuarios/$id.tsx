import { createFileRoute } from "@tanstack/react-router";
import { UserPage } from "@/features/users/components/user-page";

export const Route = createFileRoute("/_app/usuarios/$id")({ component: User });

function User() {
  return <UserPage id={Route.useParams().id} />;
}
