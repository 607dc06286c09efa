import { Link } from "@tanstack/react-router";
import type { UserRef } from "@/api/types";
import { useCan } from "@/features/auth/api/session";
import { cn } from "@/lib/cn";
import { useActorName } from "@/lib/use-actor-name";

/** A person's name, leading to the person for whoever may see people. For every page that mentions somebody. */
export function UserLink({ user, className }: { user: UserRef; className?: string }) {
  const mayRead = useCan("users.read");
  const name = useActorName()({ kind: "user", ...user });
  if (!mayRead) return <span className={className}>{name}</span>;
  return (
    <Link
      to="/usuarios/$id"
      params={{ id: user.id }}
      className={cn("rounded-sm text-accent-ink underline-offset-2 hover:underline", className)}
    >
      {name}
    </Link>
  );
}
