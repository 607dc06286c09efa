import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext, useEffect, useLayoutEffect, useRef, useState } from "react";
import { askAs, closeClient, onAnotherUser, onSignedOut } from "@/api/client";
import type { User } from "@/api/types";
import { useMe } from "../api/session";

interface SessionContext {
  /** Whether the session is over while its page is still there. */
  ended: boolean;
  /** Somebody signed in over the page: it goes on when it is theirs, and is gone when it is not. */
  signedIn: (user: User) => void;
  /** Shows the sign-in page, and forgets all that was known. */
  leave: () => Promise<void>;
}

const Context = createContext<SessionContext | null>(null);

/** Keeps a page for the one it was opened by: over a session that ended it waits, to another user it does not show. */
export function SessionGuard({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { user } = useMe();
  const [owner] = useState(user.id);
  const [ended, setEnded] = useState(false);
  const left = useRef(false);
  useEffect(
    () =>
      onSignedOut(() => {
        if (!left.current) setEnded(true);
      }),
    [],
  );
  // Before anything below asks.
  useLayoutEffect(() => askAs(owner), [owner]);
  useEffect(() => onAnotherUser(startOver), []);
  const foreign = user.id !== owner;
  // Before what leaves the page saves what it holds: it would be saved as the other's.
  useLayoutEffect(() => {
    if (foreign) startOver();
  }, [foreign]);
  if (foreign) return null;

  const signedIn = (who: User) => {
    if (who.id !== owner) return startOver();
    setEnded(false);
    void queryClient.invalidateQueries();
  };
  const leave = async () => {
    left.current = true;
    await navigate({ to: "/entrar" });
    queryClient.clear();
  };
  return <Context value={{ ended, signedIn, leave }}>{children}</Context>;
}

/** How the session of the page is; only below the signed-in part. */
export function useSession(): SessionContext {
  const session = useContext(Context);
  if (!session) throw new Error("useSession outside of SessionGuard");
  return session;
}

/** A fresh page, of which nothing that this one knows or still wants to send is left. */
function startOver(): void {
  closeClient();
  location.replace("/");
}
