import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

/** What the chat's panel shows: nothing, the open or last chat, or an earlier one. */
export type Shown = null | "current" | { chatId: string };

interface ChatPanelState {
  shown: Shown;
  show: (what: Shown) => void;
}

const Context = createContext<ChatPanelState>({ shown: null, show: () => {} });

/** Around a ticket's page: whoever is within can open the chat beside it. */
export function ChatPanelProvider({ children }: { children: ReactNode }) {
  const [shown, show] = useState<Shown>(null);
  const state = useMemo(() => ({ shown, show }), [shown]);
  return <Context value={state}>{children}</Context>;
}

export function useChatPanel(): ChatPanelState {
  return useContext(Context);
}
